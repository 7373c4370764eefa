package audit_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/seed-5dd601fe/sprawl/audit"
)

func clock() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) }

func write(t testing.TB, name string, n int) {
	t.Helper()
	l, err := audit.Open(name, "alice", clock)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for i := range n {
		e := audit.Entry{Action: audit.Probe, Object: fmt.Sprint("cr_", i), Detail: map[string]string{"host": "api.example.test", "status": "401"}}
		if err := l.Append(e); err != nil {
			t.Fatal(err)
		}
	}
}

func verify(text []byte) (audit.Head, error) { return audit.Verify(bytes.NewReader(text), nil) }

func TestChain(t *testing.T) {
	name := filepath.Join(t.TempDir(), "audit.jsonl")
	write(t, name, 3)
	write(t, name, 2)
	text, _ := os.ReadFile(name)
	var seen []string
	head, err := audit.Verify(bytes.NewReader(text), func(e audit.Entry) error {
		seen = append(seen, e.Actor+e.Object)
		return nil
	})
	if err != nil || head.Entries != 5 || head.Torn {
		t.Fatalf("head %+v, error %v", head, err)
	}
	if len(seen) != 5 || seen[3] != "alicecr_0" {
		t.Errorf("entries %v", seen)
	}
}

// TestOneByte changes every byte of a log to another, one at a time.
func TestOneByte(t *testing.T) {
	name := filepath.Join(t.TempDir(), "audit.jsonl")
	write(t, name, 3)
	text, _ := os.ReadFile(name)
	want, _ := verify(text)
	for i := range text {
		changed := bytes.Clone(text)
		changed[i] ^= 1
		if head, err := verify(changed); err == nil && head == want {
			t.Fatalf("byte %d of %d changed, and the log is as good as before", i, len(text))
		}
	}
}

func TestLinesThatMoved(t *testing.T) {
	name := filepath.Join(t.TempDir(), "audit.jsonl")
	write(t, name, 3)
	text, _ := os.ReadFile(name)
	l := bytes.SplitAfter(text, []byte("\n"))
	for what, changed := range map[string][]byte{
		"first gone":  bytes.Join([][]byte{l[1], l[2]}, nil),
		"second gone": bytes.Join([][]byte{l[0], l[2]}, nil),
		"swapped":     bytes.Join([][]byte{l[1], l[0], l[2]}, nil),
		"twice":       bytes.Join([][]byte{l[0], l[1], l[1], l[2]}, nil),
	} {
		var broken *audit.BrokenError
		if _, err := verify(changed); !errors.As(err, &broken) {
			t.Errorf("%s: error %v", what, err)
		}
	}
	whole, _ := verify(text)
	cut, err := verify(bytes.Join(l[:2], nil))
	if err != nil || cut == whole {
		t.Errorf("the last line gone: %+v, %v: want another head", cut, err)
	}
}

// TestTornLine cuts a log off at every byte, as a crash does, and goes on.
func TestTornLine(t *testing.T) {
	name := filepath.Join(t.TempDir(), "audit.jsonl")
	write(t, name, 2)
	text, _ := os.ReadFile(name)
	first := int64(bytes.IndexByte(text, '\n')) + 1
	for cut := first; cut < int64(len(text)); cut += 7 {
		if err := os.WriteFile(name, text[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if head, err := verify(text[:cut]); err != nil || head.Torn != (cut > first) {
			t.Fatalf("cut at %d: %+v, %v", cut, head, err)
		}
		write(t, name, 1)
		again, _ := os.ReadFile(name)
		if head, err := verify(again); err != nil || head.Entries != 2 {
			t.Fatalf("cut at %d and gone on: %+v, %v", cut, head, err)
		}
	}
}

func TestDamagedEndIsNotBuiltOn(t *testing.T) {
	name := filepath.Join(t.TempDir(), "audit.jsonl")
	for _, text := range []string{"{}\n", "not JSON\n", "\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := audit.Open(name, "alice", clock)
		if err != nil {
			t.Fatal(err)
		}
		if l.Append(audit.Entry{Action: audit.Read}) == nil {
			t.Errorf("added to %q", text)
		}
		l.Close()
		if after, _ := os.ReadFile(name); string(after) != text {
			t.Errorf("%q became %q", text, after)
		}
	}
}

// TestProcesses has several processes and goroutines write one log.
func TestProcesses(t *testing.T) {
	if name := os.Getenv("SPRAWL_TEST_AUDIT"); name != "" {
		write(t, name, 20)
		return
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "audit.jsonl")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			cmd := exec.Command(exe, "-test.run=^TestProcesses$")
			cmd.Env = append(os.Environ(), "SPRAWL_TEST_AUDIT="+name)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
		all.Go(func() { write(t, name, 20) })
	}
	all.Wait()
	text, _ := os.ReadFile(name)
	if head, err := verify(text); err != nil || head.Entries != 160 {
		t.Errorf("head %+v, error %v", head, err)
	}
}

func FuzzVerify(f *testing.F) {
	name := filepath.Join(f.TempDir(), "audit.jsonl")
	write(f, name, 2)
	text, _ := os.ReadFile(name)
	f.Add(text)
	f.Add(text[:len(text)-9])
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		head, err := verify(text)
		if err == nil && !head.Torn && int(head.Entries) != bytes.Count(text, []byte("\n")) {
			t.Errorf("%d entries in %d lines", head.Entries, bytes.Count(text, []byte("\n")))
		}
	})
}
