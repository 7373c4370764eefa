package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A hourglass is a clock that whoever sleeps moves on, and that does something
// at moments.
type hourglass struct {
	mu  sync.Mutex
	now time.Time
	at  map[time.Duration]func() // since it was made
	t0  time.Time
}

func newHourglass() *hourglass {
	now := time.Now().UTC().Truncate(time.Second)
	return &hourglass{now: now, t0: now, at: map[time.Duration]func(){}}
}

func (h *hourglass) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hourglass) Sleep(ctx context.Context, d time.Duration) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(max(d, 0))
	for when, do := range h.at {
		if h.now.Sub(h.t0) >= when {
			do()
			delete(h.at, when)
		}
	}
	return ctx.Err()
}

// proving returns the flags of prove and offboard for l.
func (l *life) proving(wait string) *proving {
	p := &proving{wait: wait, format: "text"}
	p.address = l.store
	p.verify.hosts = []string{"github=" + l.forge.web.URL}
	return p
}

// sees calls do with a console, and returns the exit code and what was written.
func (l *life) sees(do func(c console, code *int) error) (int, string) {
	l.Helper()
	var out bytes.Buffer
	code := 0
	if err := do(console{strings.NewReader(""), &out, &out, environment(l.vars...)}, &code); err != nil {
		l.Fatal(err)
	}
	return code, out.String()
}

// TestProve revokes a key while it is watched, and wants to be told when.
func TestProve(t *testing.T) {
	l := newLife(t)
	live := l.token("ann")
	l.write(l.dir, "a.env", "TOKEN="+live+"\n")
	l.run(exitFound, "", "scan", "--verify", "dir:"+l.dir)
	id := l.at("a.env").ID

	if out := l.run(exitFound, "", "prove", id); !strings.Contains(out, "LIVE") {
		t.Errorf("a living key: %s", out)
	}
	clock := newHourglass()
	clock.at[7*time.Minute] = func() { l.forge.let(live, "") }
	code, out := l.sees(func(c console, code *int) error {
		return l.proving("30m").run(t.Context(), c, code, []string{id}, clock)
	})
	if code != exitClean || !strings.Contains(out, "DEAD, grade B") || !strings.Contains(out, "died") || strings.Contains(out, live) {
		t.Errorf("exit %d: %s", code, out)
	}
	if d := clock.Now().Sub(clock.t0); d < 12*time.Minute || d > 14*time.Minute {
		t.Errorf("proven after %v: want 7 minutes and the settle time", d)
	}
	v := l.at("a.env")
	if v.State != "revoked" || v.Revoke == nil {
		t.Errorf("state %s, time to revoke %v", v.State, v.Revoke)
	}
	before, _ := l.forge.times(live)
	code, _ = l.sees(func(c console, code *int) error {
		return l.proving("30m").run(t.Context(), c, code, []string{id}, clock)
	})
	if after, _ := l.forge.times(live); code != exitClean || after != before {
		t.Errorf("what is proven was asked about again: exit %d, %d questions more", code, after-before)
	}
}

// TestNeverWorked holds a refusal of what was never accepted to be no proof.
func TestNeverWorked(t *testing.T) {
	l := newLife(t)
	l.write(l.dir, "a.env", "TOKEN="+l.token("")+"\n")
	l.run(exitFound, "", "scan", "dir:"+l.dir)
	id := l.at("a.env").ID
	code, out := l.sees(func(c console, code *int) error {
		return l.proving("20m").run(t.Context(), c, code, []string{id}, newHourglass())
	})
	if code != exitIncomplete || !strings.Contains(out, "grade C") {
		t.Errorf("exit %d: %s", code, out)
	}
}

// TestOffboard wants a person's keys dead, of which one after the other is
// revoked.
func TestOffboard(t *testing.T) {
	l := newLife(t)
	var tokens []string
	for _, name := range []string{"one", "two", "three"} {
		tokens = append(tokens, l.token(name))
		l.write(l.repo, name+".env", "TOKEN="+tokens[len(tokens)-1]+"\n")
	}
	l.commit("all of them")
	l.run(exitFound, "", "scan", "--verify", l.repo)
	offboard := func(wait string, clock *hourglass, what, name string) (int, string) {
		t.Helper()
		return l.sees(func(c console, code *int) error {
			return l.proving(wait).offboard(t.Context(), c, code, what, name, false, clock)
		})
	}
	author := gitIn(t, l.repo, "log", "-1", "--format=%ae")
	author = strings.TrimSpace(author)
	if code, out := offboard("", newHourglass(), "person", author); code != exitFound || !strings.Contains(out, "3 live") {
		t.Errorf("all live: exit %d: %s", code, out)
	}
	l.forge.let(tokens[0], "")
	l.forge.let(tokens[1], "")
	if code, out := offboard("20m", newHourglass(), "repo", l.repo); code != exitFound || !strings.Contains(out, "1 live, 2 proven dead") {
		t.Errorf("two of three dead: exit %d: %s", code, out)
	}
	clock := newHourglass()
	clock.at[3*time.Minute] = func() { l.forge.let(tokens[2], "") }
	if code, out := offboard("30m", clock, "vendor", "github"); code != exitClean || !strings.Contains(out, "3 proven dead") {
		t.Errorf("all dead: exit %d: %s", code, out)
	}
	l.run(exitRequest, "", "offboard", "person", "nobody@example.test")

	l.forge.let(tokens[0], "one")
	if code, out := offboard("", &hourglass{now: clock.Now().Add(2 * time.Hour), t0: clock.Now()}, "vendor", "github"); code != exitFound {
		t.Errorf("one works again: exit %d: %s", code, out)
	}
	if text := l.events(l.at("one.env").ID); !strings.Contains(text, "resurrected") {
		t.Errorf("no event tells that it works again: %s", text)
	}
}

// TestAttest hands proofs to an auditor, who takes no byte of them changed.
func TestAttest(t *testing.T) {
	l := newLife(t)
	live := l.token("ann")
	l.write(l.dir, "a.env", "TOKEN="+live+"\n")
	l.write(l.dir, "b.env", "TOKEN="+l.token("bob")+"\n")
	l.run(exitFound, "", "scan", "--verify", "dir:"+l.dir)
	id, other := l.at("a.env").ID, l.at("b.env").ID
	l.run(exitFound, "", "prove", other)
	clock := newHourglass()
	clock.at[time.Minute] = func() { l.forge.let(live, "") }
	l.sees(func(c console, code *int) error {
		return l.proving("30m").run(t.Context(), c, code, []string{id}, clock)
	})
	dir := t.TempDir()
	private, public := keyFiles(t, dir)
	name := filepath.Join(dir, "proofs.tar")
	l.run(exitClean, "", "attest", id, "-o", name, "--sign-key", private)
	if out := l.run(exitClean, "", "attest", "verify", name, "--public-key", public); !strings.Contains(out, "grade B") ||
		!strings.Contains(out, "signed by the key") || strings.Contains(out, other) {
		t.Errorf("attest verify: %s", out)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte(live)) || bytes.Contains(raw, []byte(other)) {
		t.Error("the bundle holds the value, or tells of what was not asked for")
	}
	for i := 0; i < len(raw); i += 97 {
		changed := bytes.Clone(raw)
		changed[i] ^= 4
		if err := os.WriteFile(name, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		l.run(exitFound, "", "attest", "verify", name)
	}
}

// keyFiles makes a pair of keys for signing.
func keyFiles(t *testing.T, dir string) (private, public string) {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, der []byte, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	private = write("key.pem", "PRIVATE"+" KEY", der, err)
	der, err = x509.MarshalPKIXPublicKey(pub)
	return private, write("key.pub", "PUBLIC KEY", der, err)
}

// TestRedeploy compares what two generations of a workload hold.
func TestRedeploy(t *testing.T) {
	l := newLife(t)
	kept, dropped, fresh := l.token("a"), l.token("b"), l.token("c")
	l.write(l.dir, "n.env", "A_TOKEN="+kept+"\nB_TOKEN="+dropped+"\n")
	old, now := filepath.Join(t.TempDir(), "n.jsonl"), filepath.Join(t.TempDir(), "n1.jsonl")
	l.run(exitClean, "", "redeploy", "snapshot", "--workload", "payments", "-o", old, "dir:"+l.dir)
	l.run(exitFound, "", "scan", "--verify", "dir:"+l.dir)
	l.write(l.dir, "n.env", "A_TOKEN="+kept+"\nC_TOKEN="+fresh+"\n")
	l.run(exitClean, "", "redeploy", "snapshot", "--workload", "payments", "-o", now, "dir:"+l.dir)
	out := l.run(exitFound, "", "redeploy", "compare", old, now)
	for _, want := range []string{"inherited", "left, live", "new"} {
		if strings.Count(out, want) != 1 {
			t.Errorf("want one %q: %s", want, out)
		}
	}
	id := ""
	for line := range strings.Lines(out) {
		if f := strings.Fields(line); f[0] == "inherited" {
			id = f[1]
		}
	}
	l.run(exitFound, "", "redeploy", "compare", old, now, "--shared", id) // what was left works
	l.forge.let(dropped, "")
	l.write(l.dir, "n.env", "A_TOKEN="+kept+"\nB_TOKEN="+dropped+"\n")
	l.run(exitFound, "", "scan", "--verify", "--fail-on", "any", "--max-age", "0s", "dir:"+l.dir)
	l.run(exitClean, "", "redeploy", "compare", old, now, "--shared", id)
	text, err := os.ReadFile(old)
	if err != nil || bytes.Contains(text, []byte(kept)) {
		t.Errorf("the snapshot holds a value, or none: %v", err)
	}
}
