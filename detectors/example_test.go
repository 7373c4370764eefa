package detectors

import (
	"encoding/pem"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestExpandRepeats wants equal seeds to give equal texts, and others not.
func TestExpandRepeats(t *testing.T) {
	text := "a=<base62:30><check:github-crc32> <uuid> <jwt> <macaroon> <age> <wif> <azdo> <discord> <awsid:AKIA> <b64:ci:$R> " +
		"<pem:EC> <pem:OPENSSH> <pem:PGP>"
	text = strings.Replace(text, "a=", "a=x_", 1)
	write := func(seed uint64) string {
		s, err := Expand(text, rand.New(rand.NewPCG(seed, 1)))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if once, again := write(1), write(1); once != again {
		t.Error("equal seeds give different texts")
	}
	if write(1) == write(2) {
		t.Error("different seeds give equal texts")
	}
}

func TestExpandLeavesOtherTextAlone(t *testing.T) {
	for _, text := range []string{"", "<", "a < b > c", "<html><p>", "<Pass encoding=\"base64\">", "${{ x }}"} {
		if got, err := Expand(text, rand.New(rand.NewPCG(1, 1))); err != nil || got != text {
			t.Errorf("%q became %q, %v", text, got, err)
		}
	}
}

func TestExpandRefuses(t *testing.T) {
	for _, text := range []string{
		"<base62:0>", "<base62:x>", "<hex:-3>", "<hex:99999>", "<check:nothing>", "<check:jwt>", "<pem:DSA>", "<awsid:A>",
		"nodash<check:github-crc32>", strings.Repeat("<hex:8000>", 40),
	} {
		if got, err := Expand(text, rand.New(rand.NewPCG(1, 1))); err == nil {
			t.Errorf("%.40q became %.40q", text, got)
		}
	}
}

// TestExpandKeys wants the keys of examples to be of the form that they name.
func TestExpandKeys(t *testing.T) {
	for kind, label := range map[string]string{
		"RSA": "RSA PRIVATE KEY", "EC": "EC PRIVATE KEY", "PKCS8": "PRIVATE KEY", "ENCRYPTED": "ENCRYPTED PRIVATE KEY", "OPENSSH": "OPENSSH PRIVATE KEY",
	} {
		text, err := Expand("<pem:"+kind+">", rand.New(rand.NewPCG(1, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if block, _ := pem.Decode([]byte(text)); block == nil || block.Type != label {
			t.Errorf("%s: not a block of that label: %.60s", kind, text)
		}
	}
}

// FuzzExpand wants any example to be written out or refused, within bounds.
func FuzzExpand(f *testing.F) {
	for _, text := range []string{
		"<base62:30><check:github-crc32>", "<start>a<check:azure-key>", `<b64json:{"a":"$R"}>`, "<awsid:AK>", "<words:9999>", "<pem:>", "<<>><check:>",
	} {
		f.Add(text, uint64(1))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		if len(text) > 2000 {
			t.Skip()
		}
		got, err := Expand(text, rand.New(rand.NewPCG(seed, 1)))
		if err == nil && len(got) > maxExample {
			t.Errorf("%d bytes", len(got))
		}
	})
}
