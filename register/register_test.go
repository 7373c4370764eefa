package register

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/seed-5dd601fe/sprawl"
)

func random(t testing.TB, n int) string {
	t.Helper()
	b := make([]byte, n)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func finding(rule, value, object string) sprawl.Finding {
	var id sprawl.ID
	copy(id[:], object)
	return sprawl.Finding{
		Rule: rule, Tier: sprawl.Structured, Confidence: 90,
		At:    sprawl.Location{Object: id},
		Parts: []sprawl.Part{{Name: "key", Value: sprawl.NewSecret([]byte(value), 0)}},
	}
}

func TestOneCredentialHoweverWritten(t *testing.T) {
	k := NewRunKey()
	value := random(t, 24) + "/+"
	f := finding("a", value, "x")
	want := k.Fingerprint(&f)
	for _, form := range []string{`"` + value + `"`, "'" + value + "'", " " + value + "\n", url.PathEscape(value), strings.ReplaceAll(url.QueryEscape(value), "%2B", "%2b")} {
		f := finding("another", form, "y")
		if got := k.Fingerprint(&f); got != want {
			t.Errorf("another fingerprint for the same value in the form %q", form)
		}
	}
	near := finding("a", value+"x", "x")
	if k.Fingerprint(&near) == want {
		t.Error("a near miss has the same fingerprint")
	}
	if other := NewRunKey().Fingerprint(&f); other == want {
		t.Error("another key gives the same fingerprint")
	}
}

func TestOnePrivateKeyInEveryContainer(t *testing.T) {
	rsaKey, _ := rsa.GenerateKey(rand.Reader, 2048)
	ecKey, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)
	for name, key := range map[string]any{"rsa": rsaKey, "ec": ecKey, "ed25519": edKey} {
		k := NewRunKey()
		var want sprawl.Fingerprint
		for i, text := range containers(t, key) {
			f := finding("private-key", text, "x")
			got := k.Fingerprint(&f)
			if i == 0 {
				want = got
			}
			if got != want {
				t.Errorf("%s: container %d has another fingerprint: %.40q", name, i, text)
			}
		}
	}
}

// containers returns key in each form that it is kept in.
func containers(t *testing.T, key any) (texts []string) {
	t.Helper()
	add := func(label string, der []byte) {
		text := string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
		texts = append(texts, text, strings.ReplaceAll(text, "\n", `\n`), strings.ReplaceAll(text, "\n", "\r\n"),
			strings.ReplaceAll(text, "\n", "\n    "), strings.ReplaceAll(text, "\n", "\" +\n\""))
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	add("PRIVATE "+"KEY", der)
	switch k := key.(type) {
	case *rsa.PrivateKey:
		add("RSA PRIVATE "+"KEY", x509.MarshalPKCS1PrivateKey(k))
	case *ecdsa.PrivateKey:
		sec1, _ := x509.MarshalECPrivateKey(k)
		add("EC PRIVATE "+"KEY", sec1)
	}
	block, err := ssh.MarshalPrivateKey(key, "somebody")
	if err != nil {
		t.Fatal(err)
	}
	add(block.Type, block.Bytes)
	return texts
}

func TestParseKey(t *testing.T) {
	raw := make([]byte, KeySize)
	rand.Read(raw)
	a, err := ParseKey(hex.EncodeToString(raw) + "\n")
	if err != nil {
		t.Fatal(err)
	}
	b, err := ParseKey(base64.StdEncoding.EncodeToString(raw))
	if err != nil || a.ID() != b.ID() || a.RunOnly() {
		t.Errorf("%v, %s and %s", err, a.ID(), b.ID())
	}
	for _, bad := range []string{"", "short", hex.EncodeToString(raw[1:])} {
		if _, err := ParseKey(bad); err == nil {
			t.Errorf("accepted %d characters", len(bad))
		} else if len(bad) > 4 && strings.Contains(err.Error(), bad) {
			t.Error("the error tells the key")
		}
	}
}

func TestJoin(t *testing.T) {
	in := New(NewRunKey())
	value := random(t, 30)
	weak := finding("generic", value, "1")
	weak.Tier, weak.Confidence = sprawl.Generic, 40
	in.Add(0, []sprawl.Finding{weak, finding("strong", value, "2"), finding("strong", random(t, 30), "2")})
	in.Add(0, []sprawl.Finding{finding("strong", value, "2")}) // seen again: no new place
	in.Add(1, []sprawl.Finding{finding("strong", value, "3")})
	if in.Len() != 2 {
		t.Fatalf("%d credentials, want 2", in.Len())
	}
	for _, c := range in.Credentials([]sprawl.Target{"git:a", "git:b"}) {
		if strings.Contains(fmt.Sprintf("%+v", c), value) {
			t.Error("a credential tells its secret")
		}
		if len(c.Locations) == 3 && c.Rule != "strong" {
			t.Errorf("the weaker rule won: %s", c.Rule)
		}
		if n := len(c.Locations); n != 3 && n != 1 {
			t.Errorf("%d locations, want 3 and 1", n)
		}
	}
}

func TestResolve(t *testing.T) {
	in := New(NewRunKey())
	f := finding("r", random(t, 30), "blob")
	f.At.Start, f.At.End = 5, 45
	g := f
	g.At.Start, g.At.End = 100, 140
	in.Add(0, []sprawl.Finding{f, g})
	seen := in.Sightings(0)
	if len(seen) != 1 {
		t.Fatalf("%d sightings, want the object once", len(seen))
	}
	in.Resolve(0, "git:a", sprawl.Life{Credential: seen[0].Credential, Path: "x/y", Object: f.At.Object, Commit: "c1"})
	at := in.Credentials([]sprawl.Target{"git:a"})[0].Locations
	if len(at) != 2 || at[0].Path != "x/y" || at[0].Start != 5 || at[1].Start != 100 || at[0].Life.Commit != "c1" {
		t.Errorf("%+v", at)
	}
	if n := len(in.Unplaced(0)[f.At.Object]); n != 2 {
		t.Errorf("%d locations without a line, want 2", n)
	}
}

func FuzzCanonical(f *testing.F) {
	f.Add("-----BEGIN PRIVATE " + "KEY-----\\nAAAA\\n-----END PRIVATE " + "KEY-----")
	f.Add("a%20b")
	f.Fuzz(func(t *testing.T, value string) {
		once := canonical(value)
		if !bytes.Equal(once, canonical(value)) {
			t.Error("not the same twice")
		}
	})
}
