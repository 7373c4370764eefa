package verify_test

import (
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/verify"
)

// TestJoin wants a temporary key's session token beside its secret, unless it
// is not known which of several belongs there.
func TestJoin(t *testing.T) {
	id := awsID("ASIA")
	pair := made("aws", "aws-secret-access-key", "+id", id, "secret", awsSecret())
	token := made("aws", "aws-session-token", "+id", id, "token", "first")
	joined := verify.Join([]sprawl.Finding{pair, token})
	if got, ok := joined[0].Part("token"); !ok || got.Reveal() != "first" {
		t.Error("the token is not beside the secret")
	}
	if _, ok := pair.Part("token"); ok || len(pair.Parts) != 2 {
		t.Error("what was given was changed")
	}
	other := made("aws", "aws-session-token", "+id", id, "token", "second")
	if _, ok := verify.Join([]sprawl.Finding{pair, token, other})[0].Part("token"); ok {
		t.Error("one of two tokens was taken")
	}
	stranger := made("aws", "aws-session-token", "+id", awsID("ASIA"), "token", "third")
	foreign := made("acme", "acme-token", "+id", id, "token", "fourth")
	if _, ok := verify.Join([]sprawl.Finding{pair, stranger, foreign})[0].Part("token"); ok {
		t.Error("a stranger's token was taken")
	}
}
