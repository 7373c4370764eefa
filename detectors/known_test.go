package detectors

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestPlaceholder(t *testing.T) {
	for _, value := range strings.Fields(`
		xxxxxxxxxxxxxxxx **** XXXX-XXXX-XXXX ........ 00000000-0000-0000-0000-000000000000 ${TOKEN} $TOKEN $(token) {{token}}
		<your-token> #{token} %(token)s %TOKEN% @TOKEN@ %s __TOKEN__ [token] changeme changeit example your_api_key_here
		YOUR-API-KEY YourSecretKey my-secret-token password password123 secret test null none undefined placeholder dummy
		1234567890 abcdefghijklmnop 0123456789abcdef deadbeefdeadbeefdeadbeef insert-token-here example-example
		some-long-password-value-here REPLACE_ME redacted $password aaaaaaaaaaaaaaaab`) {
		if _, ok := Placeholder([]byte(value)); !ok {
			t.Errorf("%s is no placeholder", value)
		}
	}
	for _, prefix := range []string{"gh" + "p_", "sk-" + "ant-api03-", "xox" + "b-", "AK" + "IA"} {
		if _, ok := Placeholder([]byte(prefix + strings.Repeat("x", 32))); !ok {
			t.Errorf("%sxxx… is no placeholder", prefix)
		}
	}
}

func TestNoPlaceholder(t *testing.T) {
	for _, value := range strings.Fields(`
		correct.horse.battery Tr0ub4dor&3 s3cr3t-Zebra-99 hunter-Zx81! Winter2024! kT9#mP2$vL5@ P4ssw0rd!x9Q MyDogRex2019
		zebra-testhook-9931-vk test1ng-Qz84-hook-LLp`) {
		if why, ok := Placeholder([]byte(value)); ok {
			t.Errorf("%s is taken for %s", value, why)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for _, set := range []string{base62, "0123456789abcdef", base36} {
		for range 5000 {
			value := make([]byte, 32)
			for i := range value {
				value[i] = set[r.IntN(len(set))]
			}
			copy(value[10:], []string{"test", "hook", "example", "your"}[r.IntN(4)])
			if why, ok := Placeholder(value); ok {
				t.Errorf("%s is taken for %s", value, why)
			}
		}
	}
}

func TestExample(t *testing.T) {
	for _, pieces := range []string{
		"wJal·rXUtnFEMI/K7MDENG/bPxRfiCY·EXAMPLEKEY",
		"Eby8·vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/·KBHBeksoGMGw==",
		"sk_test_·4eC39HqLyjWDarjtT1zdp7dc",
		"ghp_·16C7e42F292c6912E7710c838347Ae178B4a",
	} {
		if !Example(undot(pieces)) {
			t.Errorf("%s… is not known as an example", pieces[:4])
		}
	}
	if Example([]byte("wJal")) || Example(nil) {
		t.Error("knows what is no example")
	}
	if why, ok := Placeholder(undot("AKIA·IOSFODNN7·EXAMPLE")); !ok {
		t.Errorf("example key id: %q", why)
	}
}

func TestPlaceholderAllocatesNothing(t *testing.T) {
	values := [][]byte{[]byte("your-example-token"), []byte(random(rand.New(rand.NewPCG(1, 1)), 40)), []byte("${X}")}
	if n := testing.AllocsPerRun(100, func() {
		for _, v := range values {
			Placeholder(v)
		}
	}); n > 0 {
		t.Errorf("allocates %v times", n)
	}
}

func BenchmarkPlaceholder(b *testing.B) {
	value := []byte(random(rand.New(rand.NewPCG(1, 1)), 40))
	for b.Loop() {
		Placeholder(value)
	}
}
