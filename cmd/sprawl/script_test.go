package main

import (
	"context"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary be the command itself: scripts run it as
// sprawl, in a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sprawl": main})
}

var update = flag.Bool("update", false, "rewrite what the scripts' cmp commands compare with")

// TestScripts runs the whole command on repositories and trees that the
// scripts make. commands_test.go says what the commands of the scripts do.
func TestScripts(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/script",
		UpdateScripts:      *update,
		RequireUniqueNames: true,
		ContinueOnError:    true,
		Setup:              isolate,
		Cmds:               commands(),
		Condition:          condition,
	})
}

// condition adds [root], for what permissions cannot stop.
func condition(cond string) (bool, error) {
	if cond == "root" {
		return os.Geteuid() == 0, nil
	}
	return false, fmt.Errorf("unknown condition %q", cond)
}

// isolate gives a script a git of its own, a fingerprint key and an empty
// directory for temporary files.
func isolate(env *testscript.Env) error {
	env.Vars = slices.DeleteFunc(env.Vars, func(v string) bool { return strings.HasPrefix(v, "GIT_") })
	home := filepath.Join(env.WorkDir, ".home")
	if err := os.MkdirAll(home, 0o777); err != nil {
		return err
	}
	env.Setenv("HOME", home)
	env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	env.Setenv("GIT_TERMINAL_PROMPT", "0")
	env.Setenv("GIT_AUTHOR_NAME", "Ann")
	env.Setenv("GIT_AUTHOR_EMAIL", "ann@example.test")
	env.Setenv("GIT_COMMITTER_NAME", "Bob")
	env.Setenv("GIT_COMMITTER_EMAIL", "bob@example.test")
	env.Setenv("SPRAWL_KEY", hex.EncodeToString(testKey()))
	if wd, err := os.Getwd(); err == nil {
		env.Setenv("REPO", filepath.Join(wd, "..", "..")) // of the program itself
	}
	env.Values[stateKey{}] = &state{}
	return nil
}

// testKey is the key of fingerprints in tests. It protects nothing.
func testKey() []byte {
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(i)
	}
	return key
}

// sprawlCommand returns the test binary as the command itself.
func sprawlCommand(ctx context.Context, t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, exe)
	cmd.Args = append([]string{"sprawl"}, args...)
	return cmd
}
