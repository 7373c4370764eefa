package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A pty is a terminal that a test types into and reads from.
type pty struct {
	ours, theirs *os.File

	mu   sync.Mutex
	seen strings.Builder
	more chan struct{} // one is in it when more was shown
}

func openPTY(t *testing.T) *pty {
	t.Helper()
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("needs pseudo-terminals: ", err)
	}
	n, err := unix.IoctlGetInt(int(ours.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(ours.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	theirs, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(ours.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	p := &pty{ours: ours, theirs: theirs, more: make(chan struct{}, 1)}
	go p.read()
	return p
}

func (p *pty) read() {
	buf := make([]byte, 4096)
	for {
		n, err := p.ours.Read(buf)
		p.mu.Lock()
		p.seen.Write(buf[:n])
		p.mu.Unlock()
		select {
		case p.more <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// sees waits until the last page that was shown holds text, and returns it.
func (p *pty) sees(t *testing.T, text string) string {
	t.Helper()
	giveUp := time.After(60 * time.Second)
	for {
		p.mu.Lock()
		all := p.seen.String()
		p.mu.Unlock()
		last := all[max(0, strings.LastIndex(all, clearScreen)):]
		if strings.Contains(last, text) {
			return last
		}
		select {
		case <-p.more:
		case <-giveUp:
			t.Fatalf("the terminal never showed %q, but:\n%q", text, last)
		}
	}
}

func (p *pty) types(t *testing.T, text string) {
	t.Helper()
	if _, err := p.ours.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

// TestTriage walks through a register on a real terminal.
func TestTriage(t *testing.T) {
	dir, home := t.TempDir(), t.TempDir()
	first, second := newSecret(t, githubToken), newSecret(t, githubToken)
	for name, value := range map[string]string{"one.txt": first, "two.txt": second} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("\n"+value+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	key, db := filepath.Join(home, "key"), filepath.Join(home, "r.db")
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "SPRAWL_KEY=") })
	env = append(env, "TERM=xterm", "NO_COLOR=1", "VISUAL=", "SPRAWL_REGISTER="+db, "EDITOR=cp --no-such-option")
	call := func(args ...string) string {
		cmd := sprawlCommand(t.Context(), t, args...)
		cmd.Env = env
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	call("key", "new", key)
	call("scan", "-q", "--fail-on", "none", "--key-file", key, "dir:"+dir)

	p := openPTY(t)
	cmd := onTerminal(t.Context(), t, p, env, "triage")
	page := p.sees(t, "1 of 2")
	if strings.Contains(page, first) || strings.Contains(page, second) {
		t.Error("the page shows a value")
	}
	if strings.Contains(page, "\x1b[1m") {
		t.Error("there is boldness in spite of NO_COLOR")
	}
	p.types(t, "n")
	p.sees(t, "2 of 2")
	p.types(t, "n")
	p.sees(t, "This is the last")
	p.types(t, "/one.txt\r")
	p.sees(t, "1 of 1")
	p.types(t, "o@acme/pay\r")
	p.sees(t, "is owned by @acme/pay")
	p.types(t, "a")
	p.sees(t, "Why may it stay")
	p.types(t, "\r")
	p.sees(t, "Without a reason")
	p.types(t, "atest account\r")
	p.sees(t, "Until when")
	p.types(t, "\x7f\x7f\x7f30d\r")
	p.sees(t, "is accepted until")
	p.types(t, "\x1b")
	p.sees(t, "of 2")
	p.types(t, "/two\r")
	p.sees(t, "1 of 1")
	p.types(t, "e")
	p.sees(t, "the editor cp")
	p.types(t, "fit is made up\r")
	p.sees(t, "Until when")
	p.types(t, "\r")
	p.sees(t, "is accepted until")
	p.types(t, "q")
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	p.sees(t, "2 credentials decided of 2.")
	list := call("register", "list", "--accepted", "-f", "json")
	for _, want := range []string{`"reason":"test account"`, `"reason":"false alarm: it is made up"`, `"@acme/pay"`} {
		if !strings.Contains(list, want) {
			t.Errorf("the register does not say %s:\n%s", want, list)
		}
	}
}

// onTerminal starts the command with a terminal of its own.
func onTerminal(ctx context.Context, t *testing.T, p *pty, env []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := sprawlCommand(ctx, t, args...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, p.theirs, p.theirs, p.theirs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 0}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}
