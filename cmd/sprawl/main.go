// Command sprawl finds credentials that still work and have been copied across
// trust boundaries.
//
// This package turns flags, files and the environment into values, and results
// into exit codes. It does nothing else.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
)

// The exit codes. Scripts depend on them.
const (
	exitClean      = 0
	exitFound      = 1 // credentials that --fail-on names were found
	exitRequest    = 2 // flags, targets or rules are wrong; nothing was read
	exitIncomplete = 3 // something that should have been read was not
)

// startPercent is how much the heap may grow between collections while a
// command starts. Its rules are most of what a commit hook ever allocates:
// collecting them a few times over would be a third of its time.
const startPercent = 400

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(startPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second interrupt ends the process at once
	}()
	os.Exit(run(ctx, os.Args[1:], console{os.Stdin, os.Stdout, os.Stderr, os.LookupEnv}))
}

// A console is what a command has of the world.
type console struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) (string, bool)
}

func (c console) getenv(name string) string { v, _ := c.env(name); return v }

// run carries out one command line and returns the exit code.
func run(ctx context.Context, args []string, c console) int {
	code := exitClean
	root := newRoot(c, &code)
	root.SetArgs(args)
	root.SetIn(c.in)
	root.SetOut(c.out)
	root.SetErr(c.err)
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(c.err, "sprawl: "+printable(err.Error()))
		return exitRequest
	}
	return code
}

func newRoot(c console, code *int) *cobra.Command {
	root := &cobra.Command{
		Use:           "sprawl",
		Short:         "Find credentials that still work and have been copied across trust boundaries",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_ = cmd.Help()
			return errors.New("say what to do: sprawl scan")
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w (see %s --help)", err, cmd.CommandPath())
	})
	root.AddCommand(
		newHunt(c, code), newSweep(c, code), newFingerprint(c, code),
		newScan(c, code), newReport(c, code), newRegister(c, code), newKey(c),
		newRules(c, code), newExplain(c), newCrossings(c, code), newBoundaries(c, code), newSources(c), newHook(c, code), newCI(c, code), newVersion(c),
		newVerify(c, code), newRecheck(c, code), newProve(c, code), newOffboard(c, code), newReach(c, code), newAttest(c, code),
		newRedeploy(c, code), newAudit(c, code),
		newDoctor(c, code),
	)
	root.AddCommand(newInit(c, code), newTriage(c), newMan(c))
	return root
}
