package register

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// escapeAll writes every byte of s by format, such as \u%04x.
func escapeAll(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

// marked returns a value with characters that every notation escapes.
func marked(t testing.TB) string { return random(t, 24) + `/+=&"` + random(t, 3) }

func TestTwelveEncodings(t *testing.T) {
	key := NewRunKey()
	value := marked(t)
	forms := map[string]string{
		"plain":            value,
		"double quotes":    `"` + strings.ReplaceAll(value, `"`, `\"`) + `"`,
		"single quotes":    "'" + value + "'",
		"backticks":        "`" + value + "`",
		"angle brackets":   "<" + value + ">",
		"shell":            "$'" + value + "'",
		"trailing comma":   value + ",",
		"statement":        `"` + value + `");`,
		"zero width":       "\u200b" + value + "\ufeff",
		"JSON":             strings.NewReplacer(`"`, `\"`, `/`, `\/`).Replace(value),
		"JSON, all of it":  escapeAll(value, `\u%04x`),
		"C":                escapeAll(value, `\x%02x`),
		"properties":       strings.NewReplacer("=", `\=`, ":", `\:`).Replace(value),
		"URL":              url.PathEscape(value),
		"URL, all of it":   escapeAll(value, "%%%02X"),
		"URL, lower case":  escapeAll(value, "%%%02x"),
		"URL, twice":       url.PathEscape(url.PathEscape(value)),
		"markup":           html.EscapeString(value),
		"markup, decimal":  escapeAll(value, "&#%d;"),
		"markup in quotes": `"` + html.EscapeString(value) + `"`,
		"JSON of a URL":    strings.ReplaceAll(escapeAll(value, "%%%02X"), "%", `\u0025`),
	}
	f := finding("r", value, "x")
	want := key.Fingerprint(&f)
	for name, form := range forms {
		f := finding("other", form, "y")
		if key.Fingerprint(&f) != want {
			t.Errorf("%s: another fingerprint; canonical form has %d bytes, want %d", name, len(canonical(form)), len(value))
		}
	}
	for i := range value {
		near := []byte(value)
		near[i] ^= 1
		f := finding("r", string(near), "x")
		if key.Fingerprint(&f) == want {
			t.Errorf("a near miss in character %d has the same fingerprint", i)
		}
	}
}

func TestLetterCase(t *testing.T) {
	raw := make([]byte, 20)
	rand.Read(raw)
	raw[0], raw[1] = 0xab, 0xcd // so that there are letters
	digits := hex.EncodeToString(raw)
	uuid := digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:32]
	for _, value := range []string{digits, uuid} {
		if string(canonical(strings.ToUpper(value))) != string(canonical(value)) {
			t.Errorf("the case of the hex digits in a value of %d characters tells it from itself", len(value))
		}
	}
	mixed := strings.ToUpper(digits[:6]) + digits[6:]
	token := "z" + random(t, 20)
	if string(canonical(token)) == string(canonical(strings.ToUpper(token))) || string(canonical(mixed)) == digits {
		t.Error("letter case is lost where it counts")
	}
}

// TestPassword holds that a password is one credential whatever it opens: the
// same on two hosts is reuse, not two secrets.
func TestPassword(t *testing.T) {
	key := NewRunKey()
	password := random(t, 18) + "@:/"
	uri := func(host, password string) *sprawl.Finding {
		return &sprawl.Finding{Rule: "uri", Parts: []sprawl.Part{
			{Name: "host", Public: true, Value: sprawl.NewSecret([]byte(host), 0)},
			{Name: "user", Public: true, Value: sprawl.NewSecret([]byte("app"), 0)},
			{Name: "password", Value: sprawl.NewSecret([]byte(password), 0)},
		}}
	}
	want := key.Fingerprint(uri("db.example.test", password))
	plain := finding("generic", password, "x")
	for name, got := range map[string]sprawl.Fingerprint{
		"another host": key.Fingerprint(uri("db2.example.test", password)),
		"in a URI":     key.Fingerprint(uri("db.example.test", url.QueryEscape(password))),
		"by itself":    key.Fingerprint(&plain),
	} {
		if got != want {
			t.Errorf("%s: another fingerprint", name)
		}
	}
}

func TestWeak(t *testing.T) {
	raw := make([]byte, 20)
	rand.Read(raw)
	for value, want := range map[string]bool{
		"pass" + "word1":                true,
		"Winter" + "2026!":              true,
		strings.Repeat("ab", 30):        true,
		strings.Repeat("0", 16):         true,
		hex.EncodeToString(raw[:7]):     true,
		hex.EncodeToString(raw):         false,
		random(t, 24):                   false,
		random(t, 60):                   false,
		strings.Repeat(random(t, 9), 6): false,
	} {
		if got := weak([]byte(value)); got != want {
			t.Errorf("weak of a value of %d bytes: %v, want %v", len(value), got, want)
		}
	}
}

// TestStretch holds that a weak value's name is not the plain hash of it, is the
// same in every run, and is another under another key.
func TestStretch(t *testing.T) {
	key := NewKey()
	again, err := ParseKey(key.Text())
	if err != nil {
		t.Fatal(err)
	}
	f := finding("r", "Spring"+"2026", "x")
	name := key.Fingerprint(&f)
	if name == again.Fingerprint(&f) == false {
		t.Error("the same key gives another name")
	}
	if name == NewKey().Fingerprint(&f) {
		t.Error("another key gives the same name")
	}
	plain := *key
	plain.run = true // no stretching
	if plain.Fingerprint(&f) == name {
		t.Error("a weak value was not stretched")
	}
	strong := finding("r", random(t, 30), "x")
	if plain.Fingerprint(&strong) != key.Fingerprint(&strong) {
		t.Error("a strong value was stretched, which nobody needs")
	}
}

func TestRotate(t *testing.T) {
	old := NewKey()
	key := old.Rotate()
	again, err := ParseKey(key.Text())
	if err != nil {
		t.Fatal(err)
	}
	if again.ID() != key.ID() || !slices.Equal(again.Former(), []string{old.ID()}) || len(key.Alone().Former()) != 0 {
		t.Errorf("%s after %v, want %s after %s", again.ID(), again.Former(), key.ID(), old.ID())
	}
	f := finding("r", random(t, 30), "x")
	names := again.names(canonicals(&f))
	if len(names) != 2 || names[0].Print != key.Fingerprint(&f) || names[1].Print != old.Fingerprint(&f) {
		t.Errorf("names %v", names)
	}
	for range 10 {
		key = key.Rotate()
	}
	if _, err := ParseKey(key.Text()); err != nil {
		t.Errorf("after ten rotations: %v", err)
	}
}

// TestHookKey holds that the key of laptops makes no fingerprints, and refuses
// what could be guessed with it.
func TestHookKey(t *testing.T) {
	key := NewKey()
	hook, err := ParseHookKey(key.Hook().Text())
	if err != nil || hook.ID() != key.Hook().ID() {
		t.Fatalf("%v, key %s, want %s", err, hook.ID(), key.Hook().ID())
	}
	f := finding("r", random(t, 30), "x")
	if sum := hook.print(&f); len(sum) != hookSize || string(sum) != string(key.Hook().print(&f)) {
		t.Error("laptop and server disagree on a hash")
	}
	as, err := ParseKey(key.Hook().Text())
	if err != nil || as.Fingerprint(&f) == key.Fingerprint(&f) || as.ID() == key.ID() {
		t.Error("the hook key makes fingerprints of the organisation")
	}
	weak := finding("r", "hunter"+"22", "x")
	id := finding("r", random(t, 30), "x")
	id.Parts[0].Public = true
	if hook.print(&weak) != nil || hook.print(&id) != nil {
		t.Error("a weak value or an identifier has a hash in hook sets")
	}
}

func FuzzUnescape(f *testing.F) {
	for _, s := range []string{`a\u0062`, "%25%32%35", "&amp;amp;", `\\\\`, "$'x'", `\u00`, `%`, "&#99999999999;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if once := canonical(value); len(once) > 4*len(value)+16 {
			t.Errorf("%d bytes became %d", len(value), len(once))
		}
	})
}
