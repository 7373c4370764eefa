package register

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if address := os.Getenv("SPRAWL_TEST_WRITER"); address != "" {
		if err := writeForever(address, os.Getenv("SPRAWL_TEST_WRITER_KEY")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// valueOf returns the value of the nth credential of a round: made up when
// needed, and the same in both processes.
func valueOf(round string, n int) string {
	r := rand.New(rand.NewPCG(uint64(number(round)), uint64(n)))
	var b strings.Builder
	for range 30 {
		b.WriteByte("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"[r.IntN(57)])
	}
	return b.String()
}

const batch = 7

// writeForever records batch after batch, and says of each when it is written.
func writeForever(address, keyText string) error {
	key, err := ParseKey(keyText)
	if err != nil {
		return err
	}
	ctx := context.Background()
	s, err := Open(ctx, address, key)
	if err != nil {
		return err
	}
	round := os.Getenv("SPRAWL_TEST_ROUND")
	for n := 0; ; n++ {
		in := New(key)
		for i := range batch {
			in.Add(0, []sprawl.Finding{at(valueOf(round, n*batch+i), "dir:/x", fmt.Sprintf("%s/%d", round, n), "")})
		}
		if _, err := s.Record(ctx, Run{At: time.Now(), Inventory: in, Credentials: in.Credentials([]sprawl.Target{"dir:/x"})}); err != nil {
			return err
		}
		fmt.Println("written", n)
	}
}

// TestKill kills a process that writes, at random moments, again and again: the
// register opens, and holds all that was acknowledged. SPRAWL_TEST_KILLS says
// how often.
func TestKill(t *testing.T) {
	kills := 4
	if n, err := strconv.Atoi(os.Getenv("SPRAWL_TEST_KILLS")); err == nil {
		kills = n
	}
	key := NewKey()
	address := filepath.Join(t.TempDir(), "r.db")
	acknowledged := map[string]int{}
	for round := range kills {
		name := fmt.Sprint("round ", round)
		acknowledged[name] = killOnce(t, address, key, name)
	}
	s := open(t, address, key)
	var ok string
	if err := s.db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&ok); err != nil || ok != "ok" {
		t.Fatalf("the file is %s, %v", ok, err)
	}
	known := map[string]bool{}
	for _, e := range all(t, s) {
		known[e.Names[0]] = true
		if len(e.Places) != 1 || len(e.Events) != 1 {
			t.Errorf("half a credential was written: %d places, %d events", len(e.Places), len(e.Events))
		}
	}
	batches := 0
	for round, n := range acknowledged {
		batches += n
		for i := range n * batch {
			f := finding("r", valueOf(round, i), "")
			if !known[key.names(canonicals(&f))[0].String()] {
				t.Fatalf("%s: credential %d of %d batches that were acknowledged is not there", round, i, n)
			}
		}
	}
	t.Logf("%d kills, %d batches acknowledged, %d credentials in the register", kills, batches, len(known))
}

// killOnce starts a writer, kills it after a random number of batches and a
// random moment more, and returns how many batches it acknowledged.
func killOnce(t *testing.T, address string, key *Key, round string) (n int) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), "SPRAWL_TEST_WRITER="+address, "SPRAWL_TEST_WRITER_KEY="+key.Text(), "SPRAWL_TEST_ROUND="+round)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop := rand.IntN(12)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if n++; n > stop {
			time.Sleep(rand.N(4 * time.Millisecond)) // somewhere within the next batch
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			stop = 1 << 30 // what it wrote before it died still counts
		}
	}
	if err := cmd.Wait(); err == nil || stop != 1<<30 {
		t.Fatalf("the writer ended by itself after %d batches: %v", n, err)
	}
	return n
}
