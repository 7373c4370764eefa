package vault_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/internal/fake"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
	"github.com/seed-5dd601fe/sprawl/sources/vault"
)

const tokenOfTests = "for-tests"

func open(t testing.TB, f *fake.Vault, target string) *vault.Vault {
	t.Helper()
	env := map[string]string{"VAULT_ADDR": f.URL, "VAULT_TOKEN": tokenOfTests, "VAULT_NAMESPACE": f.Namespace}
	s, err := vault.Open(t.Context(), sprawl.Target(target), vault.Options{Getenv: func(name string) string { return env[name] }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSource(t *testing.T) {
	for _, version := range []int{1, 2} {
		t.Run(fmt.Sprint("kv", version), func(t *testing.T) {
			sourcetest.Suite{Named: true, Max: 1 << 20, Open: func(t *testing.T, files map[string][]byte) sprawl.Source {
				f := fake.NewVault(t, tokenOfTests)
				one, two := map[string]map[string]any{}, map[string][]map[string]any{}
				for name, value := range files {
					path := name + "/entry"
					one[path], two[path] = map[string]any{name: string(value)}, []map[string]any{{name: string(value)}}
				}
				if version == 1 {
					f.One["kv"] = one
				} else {
					f.Two["kv"] = two
				}
				return open(t, f, "vault://")
			}}.Run(t)
		})
	}
}

// read returns the texts by target and path.
func read(t *testing.T, s *vault.Vault) (texts map[string]string, at map[string]sprawl.Location, gaps []sprawl.Gap) {
	t.Helper()
	objects, gaps, _, err := sourcetest.Collect(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	texts, at = map[string]string{}, map[string]sprawl.Location{}
	for _, o := range objects {
		_, mount, _ := strings.Cut(strings.TrimPrefix(string(o.At.Target), "vault://"), "/")
		texts[mount+":"+o.At.Path], at[mount+":"+o.At.Path] = string(o.Data), o.At
	}
	return texts, at, gaps
}

func acme(t *testing.T) *fake.Vault {
	f := fake.NewVault(t, tokenOfTests)
	f.One["old"] = map[string]map[string]any{"ops": {"user": "root", "n": 7, "list": []string{"a"}}}
	f.Two["kv"] = map[string][]map[string]any{
		"prod/pay":    {{"password": "first"}, nil, {"password": "third", "user": "pay"}},
		"staging/pay": {{"password": "s"}},
		"top":         {{"key": "t"}},
	}
	return f
}

func TestVersionsAndStores(t *testing.T) {
	f := acme(t)
	f.Custom = map[string]string{"team": "payments"}
	texts, at, gaps := read(t, open(t, f, "vault://"))
	want := map[string]string{
		"old:ops":        "list=[\"a\"]\nn=7\nuser=root\n",
		"kv:prod/pay":    "password=third\nuser=pay\n",
		"kv:prod/pay@1":  "password=first\n",
		"kv:staging/pay": "password=s\n",
		"kv:top":         "key=t\n",
	}
	if diff := cmp.Diff(want, texts); diff != "" || len(gaps) > 0 {
		t.Errorf("gaps %v (-want +got):\n%s", gaps, diff)
	}
	if diff := cmp.Diff(map[string]string{
		"custody": "managed", "unit": "kv", "tenant": f.Host, "version": "1", "current": "false", "modified": "2026-01-02T03:04:05Z", "label.team": "payments",
	}, at["kv:prod/pay@1"].Says); diff != "" {
		t.Errorf("said of an old version (-want +got):\n%s", diff)
	}
}

func TestPrefixes(t *testing.T) {
	for target, want := range map[string][]string{
		"vault://kv/prod":     {"kv:prod/pay", "kv:prod/pay@1"},
		"vault://kv/prod/pay": {"kv:prod/pay", "kv:prod/pay@1"},
		"vault://old":         {"old:ops"},
		"vault://kv/top":      {"kv:top"},
	} {
		texts, _, gaps := read(t, open(t, acme(t), target))
		if got := slices.Sorted(maps.Keys(texts)); !slices.Equal(got, want) || len(gaps) > 0 {
			t.Errorf("%s: %v, gaps %v", target, got, gaps)
		}
	}
}

func TestNamespace(t *testing.T) {
	f := acme(t)
	f.Namespace = "eu/pay"
	_, at, gaps := read(t, open(t, f, "vault://kv/top"))
	if says := at["kv:top"].Says; says["tenant"] != f.Host+"/eu/pay" || says["namespace"] != "eu/pay" || len(gaps) > 0 {
		t.Errorf("said %v, gaps %v", says, gaps)
	}
}

// TestForbidden has a policy refuse some of it: the rest is read.
func TestForbidden(t *testing.T) {
	f := acme(t)
	f.Forbidden = []string{"kv/data/prod", "kv/metadata/staging"}
	texts, _, gaps := read(t, open(t, f, "vault://kv"))
	if len(texts) != 1 || texts["kv:top"] == "" {
		t.Errorf("shown %v", texts)
	}
	if len(gaps) != 3 || !strings.Contains(gaps[0].Why, "needs the capabilities list and read") {
		t.Errorf("gaps %v", gaps)
	}
}

func TestNothingThere(t *testing.T) {
	_, err := sourcetest.Units(t.Context(), open(t, acme(t), "vault://other"))
	var gap *sprawl.Gap
	if !errors.As(err, &gap) {
		t.Errorf("a store that is not there: %v", err)
	}
}

func TestReread(t *testing.T) {
	f := acme(t)
	s := open(t, f, "vault://kv/prod")
	texts, at, _ := read(t, s)
	for path, place := range at {
		var again string
		err := s.Reread(t.Context(), &place, func(data []byte) error { again = string(data); return nil })
		if err != nil || again != texts[path] {
			t.Errorf("%s: %q, %v; want %q", path, again, err, texts[path])
		}
	}
	f.Two["kv"]["prod/pay"][2] = nil
	place := at["kv:prod/pay"]
	if err := s.Reread(t.Context(), &place, nil); !errors.Is(err, sprawl.ErrGone) {
		t.Errorf("after it was deleted: %v", err)
	}
}

func TestWrongTargets(t *testing.T) {
	for _, target := range []sprawl.Target{"vault:kv", "vault://kv", "vault://u:p@v.acme.test/kv"} {
		_, err := vault.Open(t.Context(), target, vault.Options{Getenv: func(string) string { return "" }})
		if !errors.Is(err, vault.ErrRequest) {
			t.Errorf("%s: %v", target, err)
		}
	}
}
