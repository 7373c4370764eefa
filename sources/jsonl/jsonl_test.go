package jsonl_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/jsonl"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
)

func open(t testing.TB, text string) *jsonl.Stream {
	t.Helper()
	name := filepath.Join(t.TempDir(), "in.jsonl")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := jsonl.Open(t.Context(), sprawl.Target("jsonl:"+name), jsonl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSource(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, files map[string][]byte) sprawl.Source {
		var text strings.Builder
		enc := json.NewEncoder(&text)
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if err := enc.Encode(map[string]string{"path": name, "base64": base64.StdEncoding.EncodeToString(files[name])}); err != nil {
				t.Fatal(err)
			}
		}
		return open(t, text.String())
	})
}

func TestRecords(t *testing.T) {
	s := open(t, `
{"path":"a.txt","text":"hello","says":{"visibility":"public"},"target":"shelf://b/1"}
{"path":"kv/pay","key":"password","text":"one"}
{"path":"kv/both","fields":{"secret":"2","id":"1"}}

{"path":"new","text":"unknown fields are skipped","later":1}`)
	objects, gaps, tally, err := sourcetest.Collect(t.Context(), s)
	if err != nil || len(gaps) > 0 || tally.Objects != 4 {
		t.Fatal(err, gaps, tally)
	}
	byPath := map[string]sourcetest.Object{}
	for _, o := range objects {
		byPath[o.At.Path] = o
	}
	if o := byPath["a.txt"]; string(o.Data) != "hello" || o.At.Target != "shelf://b/1" || o.At.Says["visibility"] != "public" {
		t.Errorf("text: %+v", o)
	}
	if o := byPath["kv/pay"]; string(o.Data) != "password=one\n" || o.At.Key != "password" || o.At.Kind != sprawl.KindEntry {
		t.Errorf("key: %+v", o)
	}
	if o := byPath["kv/both"]; string(o.Data) != "id=1\nsecret=2\n" || o.At.Key != "" {
		t.Errorf("fields: %+v", o)
	}
}

func TestWrongLines(t *testing.T) {
	const hidden = "do-not-repeat"
	s := open(t, `{"path":"a","text":"fine"}
`+hidden+`
{"path":"b","text":["`+hidden+`"]}
{"path":"c"}
{"path":"d","base64":"`+hidden+`!"}
{"path":"e","text":"`+hidden+`","base64":""}
{"gap":"f","why":"403: needs the role reader"}
{"path":"g","text":"cut o`)
	objects, gaps, _, err := sourcetest.Collect(t.Context(), s)
	if err != nil || len(objects) != 1 {
		t.Fatal(err, objects)
	}
	var what []string
	for _, g := range gaps {
		what = append(what, g.What)
		if strings.Contains(g.Why, hidden) {
			t.Errorf("the gap repeats the line: %s", g.Why)
		}
	}
	if want := []string{"line 2", "line 3", "line 4", "line 5", "line 6", "f", "line 8"}; !slices.Equal(what, want) {
		t.Errorf("gaps %v, want %v", what, want)
	}
}

func TestManyWrongLinesAreCounted(t *testing.T) {
	_, gaps, _, err := sourcetest.Collect(t.Context(), open(t, strings.Repeat("x\n", 1000)))
	if err != nil || len(gaps) != 101 || gaps[100].What != "900 more" {
		t.Errorf("%v, %d gaps", err, len(gaps))
	}
}

func TestWrongTargets(t *testing.T) {
	for _, target := range []sprawl.Target{"jsonl:", "jsonl:-", "jsonl:/no/such/file", sprawl.Target("jsonl:" + t.TempDir())} {
		if _, err := jsonl.Open(t.Context(), target, jsonl.Options{}); !errors.Is(err, jsonl.ErrRequest) {
			t.Errorf("%s: %v", target, err)
		}
	}
}

func TestStandardInput(t *testing.T) {
	s, err := jsonl.Open(t.Context(), "jsonl:-", jsonl.Options{Stdin: strings.NewReader(`{"path":"a","text":"b"}`)})
	if err != nil {
		t.Fatal(err)
	}
	objects, gaps, _, err := sourcetest.Collect(t.Context(), s)
	if err != nil || len(gaps) > 0 || len(objects) != 1 {
		t.Fatal(err, gaps, objects)
	}
	if _, gaps, _, _ = sourcetest.Collect(t.Context(), s); len(gaps) != 1 {
		t.Errorf("read twice: gaps %v", gaps)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"path":"a","text":"b"}`)
	f.Add(`{"path":"a","fields":{"b":"c"},"says":{"d":"e"}}`)
	f.Add(`{"gap":"a","why":"b"}` + "\n{}\nnull\n[]\n\x00")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := jsonl.Open(t.Context(), "jsonl:-", jsonl.Options{Stdin: strings.NewReader(text)})
		if err != nil {
			t.Fatal(err)
		}
		lines := len(strings.Split(text, "\n"))
		objects, gaps, _, err := sourcetest.Collect(t.Context(), s)
		if err != nil || len(gaps) > lines+1 {
			t.Errorf("%v, %d objects, %d gaps of %d lines", err, len(objects), len(gaps), lines)
		}
	})
}
