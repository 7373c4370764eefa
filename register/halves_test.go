package register

import (
	"testing"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// half returns a finding of an identifier, a secret, or both, under a name.
func half(id, secret string, t sprawl.Target, path, name string) sprawl.Finding {
	f := at("", t, path, name)
	f.Issuer = "aws"
	f.Parts = nil
	if id != "" {
		f.Parts = append(f.Parts, sprawl.Part{Name: "id", Public: true, Value: sprawl.NewSecret([]byte(id), 4)})
	}
	if secret != "" {
		f.Parts = append(f.Parts, sprawl.Part{Name: "secret", Value: sprawl.NewSecret([]byte(secret), 0)})
	}
	return f
}

const (
	idName     = "AWS_ACCESS_KEY_ID"
	secretName = "AWS_SECRET_ACCESS_KEY"
)

// TestHalves tries each way to find two halves, in one run and over runs: how
// many credentials they are, and whether that depends on when they are met.
func TestHalves(t *testing.T) {
	id, secret, other := "AK"+"IA"+random(t, 12), random(t, 30), random(t, 30)
	for _, test := range []struct {
		name string
		in   []sprawl.Finding
		want int
	}{
		{"the pair here, the secret elsewhere", []sprawl.Finding{half(id, secret, "dir:/x", "a", ""), half("", secret, "dir:/y", "b", "")}, 1},
		{"the pair here, the identifier elsewhere", []sprawl.Finding{half(id, secret, "dir:/x", "a", ""), half(id, "", "dir:/y", "b", "")}, 1},
		{"each in its file, under names that belong together", []sprawl.Finding{
			half(id, "", "dir:/x", "vars/id", idName), half("", secret, "dir:/x", "vars/secret", secretName)}, 1},
		{"under names that do not", []sprawl.Finding{
			half(id, "", "dir:/x", "vars/id", "BILLING_"+idName), half("", secret, "dir:/x", "vars/secret", secretName)}, 2},
		{"in directories of their own", []sprawl.Finding{
			half(id, "", "dir:/x", "one/id", idName), half("", secret, "dir:/x", "two/secret", secretName)}, 2},
		{"without names", []sprawl.Finding{half(id, "", "dir:/x", "vars/id", ""), half("", secret, "dir:/x", "vars/secret", "")}, 2},
		{"two secrets that could be meant", []sprawl.Finding{half(id, "", "dir:/x", "vars/id", idName),
			half("", secret, "dir:/x", "vars/a", secretName), half("", other, "dir:/x", "vars/b", secretName)}, 3},
		{"an identifier with two secrets", []sprawl.Finding{half(id, secret, "dir:/x", "a", ""), half(id, other, "dir:/x", "b", ""),
			half(id, "", "dir:/y", "c", "")}, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := New(NewRunKey())
			in.Add(0, test.in)
			got := in.Credentials([]sprawl.Target{"dir:/x"})
			if len(got) != test.want {
				t.Errorf("in one run: %d credentials, want %d", len(got), test.want)
			}
			places := 0
			for _, c := range got {
				places += len(c.Locations)
			}
			if places != len(test.in) {
				t.Errorf("%d places, want all %d", places, len(test.in))
			}
			stores(t, func(t *testing.T, address string) {
				key := NewKey()
				s := open(t, address, key)
				// The ambiguous cases depend on what is known at a time: nothing
				// that was joined comes apart because of what is met later.
				for i, f := range test.in {
					record(t, s, key, day.Add(time.Duration(i)*time.Hour), nil, f)
				}
				most := test.want
				if n := len(all(t, s)); n > most || most == 1 && n != 1 || most == 2 && n != 2 {
					t.Errorf("over runs: %d credentials, want %d", n, most)
				}
			})
		})
	}
}

// TestJoinedHalves looks at a pair that was joined.
func TestJoinedHalves(t *testing.T) {
	id, secret := "AK"+"IA"+random(t, 12), random(t, 30)
	in := New(NewRunKey())
	in.Add(0, []sprawl.Finding{half(id, "", "dir:/x", "vars/id", idName), half("", secret, "dir:/x", "vars/secret", secretName)})
	c := in.Credentials([]sprawl.Target{"dir:/x"})[0]
	if c.Public != id {
		t.Errorf("public is %q, want the identifier", c.Public)
	}
	if c.Locations[0].Role != sprawl.RoleID || c.Locations[1].Role != sprawl.RoleSecret {
		t.Errorf("roles %q and %q", c.Locations[0].Role, c.Locations[1].Role)
	}
	f, ok := in.Finding(c.ID)
	if _, has := f.Part("id"); !ok || !has {
		t.Error("the issuer could not be asked: there is no identifier with the secret")
	}
	alone := half("", secret, "dir:/x", "elsewhere", "")
	if in.key.Fingerprint(&alone) != c.Fingerprint {
		t.Error("the pair has another name than its secret")
	}
}

func TestStem(t *testing.T) {
	for name, want := range map[string]string{
		idName: "aws", secretName: "aws", "awsSecretAccessKey": "aws", "pay.aws-access-key-id": "pay aws",
		"CLIENT_SECRET": "", "stripeKEY": "stripe",
	} {
		if got := stem(name); got != want {
			t.Errorf("stem of %s is %q, want %q", name, got, want)
		}
	}
}
