package aws_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/internal/fake"
	"github.com/seed-5dd601fe/sprawl/sources/aws"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
)

const (
	idOfTests     = "id-of-tests"
	secretOfTests = "secret-of-tests"
	region        = "eu-west-1"
)

// hurried is a clock on which nobody waits.
type hurried struct{}

func (hurried) Now() time.Time                                   { return time.Now() }
func (hurried) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func start(t testing.TB) *fake.AWS { return fake.NewAWS(t, region, idOfTests, secretOfTests) }

func open(t testing.TB, f *fake.AWS, target string, more ...string) *aws.Store {
	t.Helper()
	env := map[string]string{"AWS_ENDPOINT_URL": f.URL, "AWS_REGION": region, "AWS_ACCESS_KEY_ID": idOfTests, "AWS_SECRET_ACCESS_KEY": secretOfTests}
	for i := 0; i < len(more); i += 2 {
		env[more[i]] = more[i+1]
	}
	s, err := aws.Open(t.Context(), sprawl.Target(target), aws.Options{Getenv: func(name string) string { return env[name] }, Clock: hurried{}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestParameterStore(t *testing.T) {
	sourcetest.Suite{Max: 512 << 10, Open: func(t *testing.T, files map[string][]byte) sprawl.Source {
		f := start(t)
		for name, data := range files {
			if strings.Contains(string(data), "\n") && utf8.Valid(data) {
				f.Parameters[name] = []string{string(data)}
			} else {
				delete(files, name) // shown under its name, which TestParameters looks at
			}
		}
		return open(t, f, "ssm://")
	}}.Run(t)
}

func TestSecretsManager(t *testing.T) {
	sourcetest.Suite{Named: true, Max: 512 << 10, Open: func(t *testing.T, files map[string][]byte) sprawl.Source {
		f := start(t)
		for name, data := range files {
			text, _ := json.Marshal(map[string]string{name: string(data)})
			f.Secrets["app/"+name] = []string{string(text)}
		}
		return open(t, f, "secretsmanager://")
	}}.Run(t)
}

func read(t *testing.T, s *aws.Store) (byPath map[string]sourcetest.Object, texts map[string]string, gaps []sprawl.Gap) {
	t.Helper()
	objects, gaps, _, err := sourcetest.Collect(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	byPath, texts = map[string]sourcetest.Object{}, map[string]string{}
	for _, o := range objects {
		byPath[o.At.Path], texts[o.At.Path] = o, string(o.Data)
	}
	return byPath, texts, gaps
}

func acme(t testing.TB) *fake.AWS {
	f := start(t)
	f.Parameters = map[string][]string{"/prod/pay/password": {"old", "new"}, "/staging/pay/password": {"s"}, "plain": {"p"}}
	f.Secure["/prod/pay/password"] = true
	f.Secrets = map[string][]string{"prod/db@eu": {`{"user":"a","password":"b","port":5432}`, `{"user":"a","password":"c","port":5432}`}, "prod/key": {"binary:k\x00"}, "other": {"o"}}
	f.Tags = map[string]string{"env": "production", "team": "pay"}
	return f
}

func TestParameters(t *testing.T) {
	f := acme(t)
	got, texts, gaps := read(t, open(t, f, "ssm://"))
	want := map[string]string{"/prod/pay/password": "password=new\n", "/prod/pay/password@1": "password=old\n", "/staging/pay/password": "password=s\n", "plain": "plain=p\n"}
	if diff := cmp.Diff(want, texts); diff != "" || len(gaps) > 0 {
		t.Errorf("gaps %v (-want +got):\n%s", gaps, diff)
	}
	if diff := cmp.Diff(map[string]string{
		"custody": "managed", "tenant": "aws/123456789012", "cluster": region, "label.env": "production", "label.team": "pay",
		"version": "1", "current": "false", "modified": "2023-11-14T22:13:20Z",
	}, got["/prod/pay/password@1"].At.Says); diff != "" {
		t.Errorf("said of an earlier version (-want +got):\n%s", diff)
	}
	if says := got["plain"].At.Says; says["custody"] != "plaintext-config" || says["current"] != "true" {
		t.Errorf("said of one in plain text: %v", says)
	}
}

func TestSecrets(t *testing.T) {
	s := open(t, acme(t), "secretsmanager://prod/")
	got, texts, gaps := read(t, s)
	want := map[string]string{"prod/db@eu": "password=c\nport=5432\nuser=a\n", "prod/db@eu@v1": "password=b\nport=5432\nuser=a\n", "prod/key": "k\x00"}
	if diff := cmp.Diff(want, texts); diff != "" || len(gaps) > 0 {
		t.Errorf("gaps %v (-want +got):\n%s", gaps, diff)
	}
	if says := got["prod/db@eu"].At.Says; says["custody"] != "managed" || says["tenant"] != "aws/123456789012" {
		t.Errorf("said %v", says)
	}
	if exposed := s.Exposures(); len(exposed) != 2 || exposed[0].Kind != "unrotated" || exposed[0].Since.Year() != 2023 {
		t.Errorf("exposures %+v", exposed)
	}
}

func TestPrefixesAndPages(t *testing.T) {
	f := acme(t)
	for i := range 120 {
		f.Parameters[fmt.Sprintf("/prod/many/%03d", i)] = []string{"v"}
		f.Secrets[fmt.Sprintf("Prod/%03d", i)] = []string{"v"}
	}
	for target, want := range map[string]int{
		"ssm://prod/many": 120, "ssm:///prod/many": 120, "ssm://prod/pay?region=" + region: 2, "ssm://nothing": 0,
		"secretsmanager://Prod/": 120, "secretsmanager://other": 1,
	} {
		if _, texts, gaps := read(t, open(t, f, target)); len(texts) != want || len(gaps) > 0 {
			t.Errorf("%s: %d shown, want %d; gaps %v", target, len(texts), want, gaps)
		}
	}
}

// TestDenied has one key that may not be used, and actions that are refused:
// the rest is read.
func TestDenied(t *testing.T) {
	f := acme(t)
	f.Denied = map[string]bool{"/prod/pay/password": true, "ListTagsForResource": true, "prod/key": true}
	_, texts, gaps := read(t, open(t, f, "ssm://"))
	if paths := slices.Sorted(maps.Keys(texts)); !slices.Equal(paths, []string{"/staging/pay/password", "plain"}) || len(gaps) != 3 || !strings.Contains(gaps[0].Why, "kms:Decrypt") {
		t.Errorf("shown %v, gaps %v", paths, gaps)
	}
	if _, texts, gaps := read(t, open(t, f, "secretsmanager://prod/key")); len(texts) != 0 || len(gaps) != 1 {
		t.Errorf("shown %v, gaps %v", texts, gaps)
	}
	f.Denied = map[string]bool{"ListSecrets": true}
	_, err := sourcetest.Units(t.Context(), open(t, f, "secretsmanager://"))
	if err == nil || !strings.Contains(err.Error(), "needs secretsmanager:ListSecrets") {
		t.Errorf("no permission to list: %v", err)
	}
}

// TestLogins reads with a profile, with a session, when throttled, and with a
// wrong key.
func TestLogins(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials")
	text := "[default]\naws_access_key_id = x\n[acme]\naws_access_key_id = " + idOfTests + "\naws_secret_access_key=" + secretOfTests + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f := acme(t)
	f.Throttled = 1
	profile := []string{"AWS_ACCESS_KEY_ID", "", "AWS_SHARED_CREDENTIALS_FILE", file, "AWS_PROFILE", "acme"}
	for _, more := range [][]string{profile, {"AWS_SESSION_TOKEN", "session"}} {
		if _, texts, gaps := read(t, open(t, f, "ssm://plain", more...)); len(texts) != 1 || len(gaps) > 0 {
			t.Errorf("%v: shown %v, gaps %v", more[0], texts, gaps)
		}
	}
	_, err := sourcetest.Units(t.Context(), open(t, f, "ssm://", "AWS_SECRET_ACCESS_KEY", "another"))
	if err == nil || !strings.Contains(err.Error(), "401") || strings.Contains(err.Error(), "another") {
		t.Errorf("a wrong key: %v", err)
	}
}

func TestReread(t *testing.T) {
	f := acme(t)
	for _, target := range []string{"ssm://", "secretsmanager://"} {
		s := open(t, f, target)
		got, texts, _ := read(t, s)
		for path, o := range got {
			var again string
			err := s.Reread(t.Context(), &o.At, func(data []byte) error { again = string(data); return nil })
			if err != nil || again != texts[path] {
				t.Errorf("%s: %q, %v; want %q", path, again, err, texts[path])
			}
		}
		delete(f.Parameters, "plain")
		delete(f.Secrets, "other")
		for _, path := range []string{"plain", "other"} {
			if o, ok := got[path]; ok {
				if err := s.Reread(t.Context(), &o.At, nil); !errors.Is(err, sprawl.ErrGone) {
					t.Errorf("%s after it was deleted: %v", path, err)
				}
			}
		}
	}
}

func TestWrongTargets(t *testing.T) {
	for target, env := range map[sprawl.Target]map[string]string{
		"ssm:prod": {}, "ssm://u:p@x": {}, "ssm://x": {}, "ssm://x?region=evil.test/": {},
		"secretsmanager://x": {"AWS_REGION": region, "HOME": "/nowhere"}, "s3://x": {"AWS_REGION": region},
	} {
		_, err := aws.Open(t.Context(), target, aws.Options{Getenv: func(name string) string { return env[name] }})
		if !errors.Is(err, aws.ErrRequest) {
			t.Errorf("%s: %v", target, err)
		}
	}
}
