package consul_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/internal/fake"
	"github.com/seed-5dd601fe/sprawl/sources/consul"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
)

const tokenOfTests = "for-tests"

func open(t testing.TB, f *fake.Consul, target string) *consul.Consul {
	t.Helper()
	env := map[string]string{"CONSUL_HTTP_ADDR": f.Host, "CONSUL_HTTP_TOKEN": tokenOfTests}
	s, err := consul.Open(t.Context(), sprawl.Target(target), consul.Options{Getenv: func(name string) string { return env[name] }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSource(t *testing.T) {
	sourcetest.Suite{Max: 512 << 10, Open: func(t *testing.T, files map[string][]byte) sprawl.Source {
		f := fake.NewConsul(t, tokenOfTests)
		for name, data := range files {
			if strings.Contains(string(data), "\n") {
				f.Keys[name] = string(data)
			} else {
				delete(files, name) // shown under its name, which TestKeys looks at
			}
		}
		return open(t, f, "consul://")
	}}.Run(t)
}

// read returns what was shown, by path.
func read(t *testing.T, s *consul.Consul) (byPath map[string]sourcetest.Object, gaps []sprawl.Gap) {
	t.Helper()
	objects, gaps, _, err := sourcetest.Collect(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	byPath = map[string]sourcetest.Object{}
	for _, o := range objects {
		byPath[o.At.Path] = o
	}
	return byPath, gaps
}

func acme(t *testing.T) *fake.Consul {
	f := fake.NewConsul(t, tokenOfTests)
	f.Keys = map[string]string{
		"config/prod/db/password": "p w", "config/staging/app.yaml": "db:\n  password: x\n", "top": "t", "empty/": "",
	}
	return f
}

func TestKeys(t *testing.T) {
	got, gaps := read(t, open(t, acme(t), "consul://"))
	if o := got["config/prod/db/password"]; string(o.Data) != "password=p w\n" || o.At.Key != "password" || o.At.Says["custody"] != "plaintext-config" {
		t.Errorf("a value: %+v", o)
	}
	if o := got["config/staging/app.yaml"]; o.At.Kind != sprawl.KindBlob || !strings.HasPrefix(string(o.Data), "db:\n") {
		t.Errorf("a file: %+v", o)
	}
	if len(got) != 4 || len(gaps) > 0 {
		t.Errorf("%d shown, gaps %v", len(got), gaps)
	}
}

func TestPrefixes(t *testing.T) {
	for target, want := range map[string][]string{
		"consul://config/prod":             {"config/prod/db/password"},
		"consul://config/prod/db/password": {"config/prod/db/password"},
		"consul://top":                     {"top"},
		"consul://nothing":                 nil,
	} {
		got, gaps := read(t, open(t, acme(t), target))
		if paths := slices.Sorted(maps.Keys(got)); !slices.Equal(paths, want) || len(gaps) > 0 {
			t.Errorf("%s: %v, gaps %v", target, paths, gaps)
		}
	}
}

func TestDatacentre(t *testing.T) {
	f := acme(t)
	f.Centre = "eu-1"
	got, gaps := read(t, open(t, f, "consul://top?dc=eu-1"))
	if got["top"].At.Says["cluster"] != "eu-1" || len(gaps) > 0 {
		t.Errorf("%v, gaps %v", got, gaps)
	}
}

func TestForbidden(t *testing.T) {
	f := acme(t)
	f.Forbidden = "config/"
	got, gaps := read(t, open(t, f, "consul://"))
	if len(got) != 2 || len(gaps) != 1 || !strings.Contains(gaps[0].Why, "key_prefix") {
		t.Errorf("shown %v, gaps %v", slices.Sorted(maps.Keys(got)), gaps)
	}
}

func TestReread(t *testing.T) {
	f := acme(t)
	s := open(t, f, "consul://")
	got, _ := read(t, s)
	for path, o := range got {
		var again string
		err := s.Reread(t.Context(), &o.At, func(data []byte) error { again = string(data); return nil })
		if err != nil || again != string(o.Data) {
			t.Errorf("%s: %q, %v; want %q", path, again, err, o.Data)
		}
	}
	delete(f.Keys, "top")
	at := got["top"].At
	if err := s.Reread(t.Context(), &at, nil); !errors.Is(err, sprawl.ErrGone) {
		t.Errorf("after it was deleted: %v", err)
	}
}

func TestWrongTargets(t *testing.T) {
	for _, target := range []sprawl.Target{"consul:kv", "consul://kv", "consul://u:p@c.acme.test/kv"} {
		_, err := consul.Open(t.Context(), target, consul.Options{Getenv: func(string) string { return "" }})
		if !errors.Is(err, consul.ErrRequest) {
			t.Errorf("%s: %v", target, err)
		}
	}
}
