package detectors

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// undot joins a value that is written in pieces, so that this file holds none.
func undot(pieces string) []byte { return []byte(strings.ReplaceAll(pieces, "·", "")) }

// vectors are values with right check digits which belong to nobody: computed
// from counting texts, or published by the issuer as an example.
var vectors = map[string][]string{
	"github-crc32": {
		"ghp_·0123456789abcdefghij·ABCDEFGHIJ3mpbCX",
		"ghr_·0123456789abcdefghij·ABCDEFGHIJ0123456789abcdefghij·ABCDEFGHIJ01234567891CPI01",
		"ghp_·TESTVECTOR0000000000·00000000010EzEv7",
	},
	"grafana-crc32": {"glsa_·0123456789abcdefghij·ABCDEFGHIJKL_72192aea"},
	"gitlab-routable": {
		"glpat-·AAECAwQFBgcICQoLDA0OD2c6·MWEKbzoxCnU6MnMN.01.140prqy0s",
		"glpat-·AAECAwQFBgcICQoLDA0OD2c6·MWEKbzoxCnU6MnMN.14003y0f6",
	},
	"cloudflare-crc32": {"cfut_·0123456789abcdefghij·ABCDEFGHIJ0123456789fcca43d2"},
	"zuplo-crc32":      {"zpka_·0123456789abcdefghij·klmnopqrstuv_782bbe53"},
	"confluent-crc32":  {"cflt·0123456789abcdefghij·ABCDEFGHIJ+/0123456789abcdefghijABWRbYXQ"},
	"azure-key": {
		"0123456789abcdefghij·ABCDEFGHIJ0123456789abcdefghij·ABCDEFGHIJ0123456789abcdef+AStpOghlA==",
		"0123456789abcdefghij·ABCDEFGHIJ0123456789abcdefghij·ABCDEFGHIJ0123456789abcdefACDbllhN2A==",
		"0123456789abcdefghij·ABCDEFGHIJ012+ASbGdhgRU=",
		"0123456789abcdefghij·ABCDEFGHIJ0123456789abAzSeCcDzTw",
		"0123456789abcdefghij·ABCDEFGHIJ0123456789abcdAzFuVRrulw==",
	},
	"azure-annotated": {
		"0123456789abcdefghij·ABCDEFGHIJ0123456789abcdefghijABJQQJ99AKACAAAAAAAAAAAAAAAZDO2Pcj",
		"0123456789abcdefghij·ABCDEFGHIJ0123456789abcdefghijABJQQJ99AKACAAAAAAAAAAAAAAAZDO2Pcjul==",
	},
	"entra-secret": {"zzz8Q~·" + strings.Repeat("z", 31) + "·blP"},
	"azdo-pat":     {"aaatwaye·audnhgajbifqydiob4ibceqtcqkucfyydenbwha5dypq"},
	"aws-key-id":   {"AKIA·RZPUZDIKAAAAAAAA"},
	"bech32-age":   {"AGE-SECRET-KEY-1·GFPYYSJZGFPYYSJZGFPYYSJZ·GFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"},
	"uuid":         {"9e107d9d-372b-4d9f-8f6d-3a1c5e2b7a10"},
}

func TestVectors(t *testing.T) {
	for name, values := range vectors {
		check := checks[name]
		if check.OK == nil {
			t.Fatalf("no check is called %s", name)
		}
		for i, pieces := range values {
			value := undot(pieces)
			if !check.OK(value) {
				t.Errorf("%s: vector %d is refused", name, i)
			}
		}
	}
}

// TestEdited changes each byte of a vector in turn. A check that has a checksum
// over the whole value must refuse nearly all of these.
func TestEdited(t *testing.T) {
	for _, name := range []string{
		"github-crc32", "grafana-crc32", "gitlab-routable", "cloudflare-crc32", "zuplo-crc32", "confluent-crc32", "azure-key",
		"entra-secret", "bech32-age",
	} {
		value := undot(vectors[name][0])
		passed := 0
		for i := 16; i < len(value); i++ { // past every prefix
			old := value[i]
			if value[i] = 'q'; old == 'q' {
				value[i] = 'r'
			}
			if checks[name].OK(value) {
				passed++
			}
			value[i] = old
		}
		if passed > 2 {
			t.Errorf("%s: %d edited values pass", name, passed)
		}
	}
}

// TestFill holds each check that can complete a value to its own test.
func TestFill(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, start := range map[string]func() string{
		"atlassian-crc32":  func() string { return "ATATT3xFfGF0" + random(r, 171) + "=" },
		"azure-annotated":  func() string { return random(r, 80) },
		"cloudflare-crc32": func() string { return "cfk_" + random(r, 40) },
		"confluent-crc32":  func() string { return "cflt" + random(r, 54) },
		"entra-secret":     func() string { return random(r, 3) + "8Q~" + random(r, 31) },
		"github-crc32":     func() string { return "ghp_" + random(r, 30) },
		"npm-crc32":        func() string { return "npm_" + random(r, 30) },
		"gitlab-routable":  func() string { return "glrt-t1_" + random(r, 40) + ".01." },
		"grafana-crc32":    func() string { return "glsa_" + random(r, 32) + "_" },
		"zuplo-crc32":      func() string { return "zpka_" + random(r, 32) + "_" },
	} {
		for range 50 {
			value := []byte(start())
			value = append(value, checks[name].Fill(value)...)
			if !checks[name].OK(value) {
				t.Fatalf("%s: what Fill made is refused", name)
			}
		}
	}
}

func TestFillAzure(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for size, signatures := range map[int]string{
		76: "+ASt ACDb +ABa APIM +AMC", 33: "+ASb +AEh +ARm AIoT", 42: "AzSe +ACR", 44: "AzFu",
	} {
		for _, signature := range strings.Fields(signatures) {
			value := append([]byte(random(r, size)), signature...)
			value = append(value, azureKeyDigits(value)...)
			if !azureKeyOK(value) {
				t.Errorf("%s: what Fill made is refused", signature)
			}
		}
	}
}

func random(r *rand.Rand, n int) string { return string(lively(r, base62, n)) }

func TestAWSAccount(t *testing.T) {
	for pieces, want := range map[string]string{
		"ASIA·QNZGKIQY56JQ7WML": "029608264753",
		"AKIA·RZPUZDIKAAAAAAAA": "123456789012",
		"AKIA·IOSFODNN7EXAMPLE": "", // made before ids held an account
		"AKIA·RZPUZDIK":         "",
		"AKIA·RZPUZDIK00000000": "",
	} {
		if got := AWSAccount(string(undot(pieces))); got != want {
			t.Errorf("%s: account %q, want %q", pieces, got, want)
		}
	}
}

// TestTell looks at what values say of themselves.
func TestTell(t *testing.T) {
	jwt := string(undot("eyJhbGciOiJIUzI1NiJ9·.")) + rawURL([]byte(`{"iss":"supabase","role":"anon","exp":1516239022}`)) + ".x"
	for _, c := range []struct{ check, value, want string }{
		{"aws-key-id", string(undot("ASIA·QNZGKIQY56JQ7WML")), "AWS account 029608264753, temporary"},
		{"aws-key-id", string(undot("AKIA·RZPUZDIKAAAAAAAA")), "AWS account 123456789012, an example"},
		{"gitlab-routable", string(undot(vectors["gitlab-routable"][0])), "group 46, organisation 1, user 100"},
		{"jwt", jwt, "issued by supabase, role anon, expires 2018-01-18"},
		{"", "sk_" + "test_" + "abc", "test key"},
		{"", "sk_" + "live_" + "abc", ""},
		{"", "latest_thing", ""},
	} {
		if got := Tell(&Rule{Check: c.check}, []byte(c.value)); got != c.want {
			t.Errorf("%s: says %q, want %q", c.check, got, c.want)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for kind, want := range map[string]string{"OPENSSH": "", "ENCRYPTED": "encrypted with a passphrase", "RSA": ""} {
		key, err := pemKey(r, kind)
		if got := Tell(&Rule{}, key); err != nil || got != want {
			t.Errorf("%s: says %q, want %q", kind, got, want)
		}
	}
}

// FuzzChecks wants every check to bear any bytes, and to agree with itself:
// what Fill completes, OK accepts, unless Fill is not for values of that form.
func FuzzChecks(f *testing.F) {
	for _, values := range vectors {
		f.Add(undot(values[0]))
	}
	f.Add([]byte("eyJ.eyJ.x"))
	f.Fuzz(func(t *testing.T, value []byte) {
		for name, c := range checks {
			c.OK(value)
			Tell(&Rule{Check: name}, value)
			if c.Fill == nil {
				continue
			}
			digits := c.Fill(value)
			whole := append(append([]byte{}, value...), digits...)
			// A key of Azure's is told by length and signature together.
			if digits != nil && len(value) > 0 && !strings.HasPrefix(name, "azure") && !c.OK(whole) {
				t.Errorf("%s: %q is completed with %q and refused", name, value, digits)
			}
		}
		Tell(&Rule{Issuer: "jfrog"}, value)
		Placeholder(value)
	})
}
