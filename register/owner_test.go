package register

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

func TestCodeowners(t *testing.T) {
	owners, err := Codeowners(strings.NewReader("* @all\n*.go @gophers\n/prod/ @acme/pay ann@example.test\n/prod/open.md\n/ @nobody\n"))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"a.txt": "@all", "x/a.go": "@gophers", "prod/a.go": "@acme/pay ann@example.test", "prod/open.md": "", "prod/x.zip!in.go": "@acme/pay ann@example.test",
	} {
		if got := strings.Join(owners(path), " "); got != want {
			t.Errorf("%s is owned by %q, want %q", path, got, want)
		}
	}
}

func TestOwnersCSV(t *testing.T) {
	rules, err := OwnersCSV(strings.NewReader("Match,business,technical\nunit:acme/pay, pm ,@acme/pay\nworkload:api,,ann\n"), "o.csv", day)
	if err != nil || len(rules) != 3 || rules[0].Owner != "@acme/pay" || rules[1].Owner != "pm" || rules[2].Match != "workload:api" {
		t.Errorf("%v: %+v", err, rules)
	}
	for text, want := range map[string]string{
		"":                            "o.csv",
		"who,what\n":                  "o.csv:1",
		"match,technical\n,ann\n":     "o.csv:2",
		"match,technical\nx,\"open\n": "o.csv",
	} {
		if _, err := OwnersCSV(strings.NewReader(text), "o.csv", day); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestOwnersBackstage(t *testing.T) {
	catalogue := `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: pay
  annotations:
    github.com/project-slug: acme/pay
spec: {type: service, owner: group:payments}
---
kind: Resource
metadata:
  name: db
  annotations: {backstage.io/source-location: "url:https://git.example.test/acme/infra.git/tree/main"}
spec: {owner: ann}
---
kind: User
metadata: {name: bob}
spec: {owner: nobody}
`
	rules, err := OwnersBackstage(strings.NewReader(catalogue), "catalog.yaml", day)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rules {
		got = append(got, r.Match+"="+r.Owner)
	}
	want := []string{"unit:acme/pay=payments", "workload:pay=payments", "unit:acme/infra=ann", "workload:db=ann"}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if _, err := OwnersBackstage(strings.NewReader("kind: [1, {"), "c.yaml", day); err == nil || !strings.HasPrefix(err.Error(), "c.yaml: document 1") {
		t.Errorf("not YAML: %v", err)
	}
}

func FuzzOwners(f *testing.F) {
	f.Add([]byte("match,technical\nx,y\n"))
	f.Add([]byte("kind: Component\nmetadata: {name: x}\nspec: {owner: y}\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("*.go @x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = OwnersCSV(bytes.NewReader(data), "f", day)
		_, _ = OwnersBackstage(bytes.NewReader(data), "f", day)
		if owners, err := Codeowners(bytes.NewReader(data)); err == nil {
			owners("a/b.go")
		}
	})
}

// TestOwn confirms owners of what is known and of what comes later, checks what
// records lack, and counts.
func TestOwn(t *testing.T) {
	stores(t, func(t *testing.T, address string) {
		key := NewKey()
		s, ctx := open(t, address, key), t.Context()
		in := func(value, path, unit, env string) sprawl.Finding {
			f := at(value, sprawl.Target("git+https://git.example.test/"+unit), path, "")
			f.At.Zone = sprawl.Zone{{Name: "env", Value: env, Confidence: 90}, {Name: "unit", Value: unit, Confidence: 85}, {Name: "team", Value: "unsure", Confidence: 10}}
			f.At.Says = map[string]string{sprawl.SaysTeam: "platform-team", sprawl.SaysWorkload: "deployment/api"}
			return f
		}
		shared := random(t, 30)
		record(t, s, key, day, nil, in(shared, "a", "acme/pay", "prod"), in(shared, "b", "acme/pay", "dev"), in(random(t, 30), "c", "acme/web", "dev"))
		for _, e := range all(t, s) {
			if o := e.Owner(); o == nil || o.Name != "platform-team" || o.Confirmed {
				t.Errorf("suggested owner %+v", o)
			}
		}
		complaints, err := s.Check(ctx, day)
		if err != nil || len(complaints) != 1 || complaints[0].Code != Incomplete {
			t.Errorf("complaints %+v, %v", complaints, err)
		}
		rules := []OwnerRule{{"unit:acme/pay", Technical, "ann", "o.csv", day}, {"unit:acme/pay", Business, "pm", "o.csv", day}}
		if n, err := s.Own(ctx, rules); err != nil || n != 1 {
			t.Errorf("%d got an owner, want 1 (%v)", n, err)
		}
		record(t, s, key, day, nil, in(random(t, 30), "later", "acme/pay", "dev"))
		confirmed := 0
		for _, e := range all(t, s) {
			if e.Confirmed() {
				confirmed++
			}
		}
		if confirmed != 2 {
			t.Errorf("%d with a confirmed owner, want the one from before and the one from later", confirmed)
		}
		cells, err := s.Pivot(ctx, []string{"workload", "env", "unit", "age"}, day)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range cells {
			got = append(got, fmt.Sprint(c.By, c.Credentials, c.Places))
		}
		want := []string{"[deployment/api dev acme/pay 000-030d] 2 2", "[deployment/api dev acme/web 000-030d] 1 1", "[deployment/api prod acme/pay 000-030d] 1 1"}
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

func TestFind(t *testing.T) {
	stores(t, func(t *testing.T, address string) {
		key := NewKey()
		s := open(t, address, key)
		record(t, s, key, day, nil, at(random(t, 30), "dir:/x", "Config/100%_sure.env", ""), at(random(t, 30), "dir:/y", "b", ""))
		for q, want := range map[Query]int{
			{}: 2, {Place: "dir:/x"}: 1, {Place: "config/100%_"}: 1, {Place: "100__sure"}: 0, {Place: "%"}: 1,
			{State: StateSeen}: 2, {State: StateActive}: 0, {Issuer: "issuer"}: 2, {Issuer: "x"}: 0,
		} {
			n := 0
			if err := s.Each(t.Context(), q, func(*Entry) error { n++; return nil }); err != nil || n != want {
				t.Errorf("%+v: %d, want %d (%v)", q, n, want, err)
			}
		}
	})
}

// TestHookSet takes a hook set to a laptop.
func TestHookSet(t *testing.T) {
	stores(t, func(t *testing.T, address string) {
		key := NewKey()
		s := open(t, address, key)
		value := random(t, 30)
		weak := at("Herbst"+"2026", "dir:/x", "w", "")
		record(t, s, key, day, nil, at(value, "dir:/x", "a", ""), weak)
		var out bytes.Buffer
		if err := s.WriteHookSet(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		hook := key.Hook()
		set, err := ReadHookSet(bytes.NewReader(out.Bytes()), hook)
		if err != nil {
			t.Fatal(err)
		}
		f := finding("other", `"`+value+`"`, "")
		if classes, ok := set.Knows(&f); !ok || !slices.Equal(classes, []string{"env=dev"}) {
			t.Errorf("the credential lies in %v, %v", classes, ok)
		}
		near := finding("other", value+"x", "")
		for name, f := range map[string]*sprawl.Finding{"a near miss": &near, "a weak value": &weak} {
			if _, ok := set.Knows(f); ok {
				t.Errorf("%s is known", name)
			}
		}
		if strings.Count(out.String(), "\n") != 2 {
			t.Errorf("%d lines, want the head and one", strings.Count(out.String(), "\n"))
		}
		for _, bad := range []string{"", "sprawl-hook-set 1 other\n", "sprawl-hook-set 1 " + hook.ID() + "\nzz env=dev\n"} {
			if _, err := ReadHookSet(strings.NewReader(bad), hook); err == nil {
				t.Errorf("read %q", bad)
			}
		}
	})
}
