//go:build unix

package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// TestInterrupt sends Ctrl-C to the command while it waits for more of a pipe:
// it reports what it has, and that this is not all.
func TestInterrupt(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       int
	}{
		{"found", newSecret(t, githubToken) + "\n", exitFound},
		{"clean", "nothing\n", exitIncomplete},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, code := interrupted(t, c.text)
			if code != c.want || r.receipt["complete"] != false || len(r.gaps) == 0 {
				t.Errorf("exit %d, want %d; receipt %v, gaps %v", code, c.want, r.receipt, r.gaps)
			}
			if got := len(r.credentials); got > 0 != (c.want == exitFound) {
				t.Errorf("%d credentials", got)
			}
		})
	}
}

// interrupted lets the command read text, and interrupts it before the end.
func interrupted(t *testing.T, text string) (result, int) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := sprawlCommand(ctx, t, "scan", "--format=json", "-")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	// A pipe holds 64 KiB: when more than twice as much has been written, the
	// command has read the beginning.
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(in, text+strings.Repeat("line\n", 64<<10)); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	in.Close()
	r, bad := parseReport(out.String())
	if bad != nil {
		t.Fatalf("%v: %v: %s", err, bad, errs.String())
	}
	return r, cmd.ProcessState.ExitCode()
}
