package boundary

import "testing"

func mustPolicy(t *testing.T, text string) *Policy {
	t.Helper()
	p, err := ParsePolicy("p.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}
