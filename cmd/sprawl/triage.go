package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/register"
)

func newTriage(c console) *cobra.Command {
	b := &book{c: c}
	var everything bool
	cmd := &cobra.Command{
		Use:   "triage",
		Short: "Walk through the credentials of a register, and say what is to become of each",
		Long: `Triage is a page for the terminal, also over ssh and without colours. It shows one
credential after the other, the highest risk first, and lets you accept it for a
while, call it a false alarm, name its owner, or open the place where it lies in
your editor (VISUAL or EDITOR). Each decision is written when it is made. Values
are not shown.`,
		Example: "  sprawl triage\n  sprawl triage --register sprawl.db --all",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return b.with(cmd.Context(), func(s *register.Store) error { return b.triage(cmd.Context(), s, everything) })
		},
	}
	cmd.Flags().StringVar(&b.address, "register", "", "`FILE` or postgres://… (or SPRAWL_REGISTER; by default what sprawl init made)")
	cmd.Flags().BoolVar(&everything, "all", false, "show what is accepted or dead, too")
	return cmd
}

// triage shows the desk until the user leaves it.
func (b *book) triage(ctx context.Context, s *register.Store, everything bool) error {
	in, ok1 := terminal(b.c.in)
	out, ok2 := terminal(b.c.out)
	if !ok1 || !ok2 || b.c.getenv("TERM") == "dumb" {
		return errors.New("triage needs a terminal: sprawl register list and sprawl register accept do the same")
	}
	d := &desk{store: s, by: userName(), plain: b.c.getenv("NO_COLOR") != ""}
	if err := d.load(ctx, everything); err != nil {
		return err
	}
	if len(d.all) == 0 {
		_, err := fmt.Fprintln(b.c.out, "Nothing waits for a decision.")
		return err
	}
	d.edit = func(path string, line int) error { return edit(ctx, b.c, path, line) }
	if err := (&screen{in: in, out: out}).run(ctx, d); err != nil {
		return err
	}
	_, err := fmt.Fprintln(b.c.out, printable(d.sum()))
	return err
}

// userName returns who decides, as the system knows them.
func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

// load takes what waits for a decision from the register.
func (d *desk) load(ctx context.Context, everything bool) error {
	at := today()
	err := d.store.Each(ctx, register.Query{}, func(e *register.Entry) error {
		accepted, _ := e.Accepted(at)
		if everything || !accepted && e.Verdict().State != sprawl.Dead {
			d.all = append(d.all, e)
		}
		return nil
	})
	d.narrow("")
	return err
}

// A screen is a terminal that shows a desk. What it was before comes back when
// it is left, whatever happens.
type screen struct {
	in, out *os.File
	before  *term.State
}

const (
	enterScreen = "\x1b[?1049h\x1b[?25l" // the alternate screen, without cursor
	leaveScreen = "\x1b[?25h\x1b[?1049l"
	clearScreen = "\x1b[H\x1b[2J"
)

func (s *screen) enter() (err error) {
	if s.before, err = term.MakeRaw(int(s.in.Fd())); err == nil {
		_, err = io.WriteString(s.out, enterScreen)
	}
	return err
}

func (s *screen) leave() error {
	_, err := io.WriteString(s.out, leaveScreen)
	return errors.Join(err, term.Restore(int(s.in.Fd()), s.before))
}

// run shows d, and tells it what is typed, until it is done.
func (s *screen) run(ctx context.Context, d *desk) (err error) {
	if err := s.enter(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.leave()) }()
	buf := make([]byte, 256)
	for !d.done {
		if err := s.draw(d); err != nil {
			return err
		}
		n, err := s.in.Read(buf)
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		for _, k := range keys(buf[:n]) {
			d.press(ctx, k)
		}
		if open := d.opening; open != nil {
			d.opening = nil
			if err := s.away(func() error { return d.edit(open.path, open.line) }); err != nil {
				d.say = err.Error()
			}
		}
	}
	return nil
}

// away gives the terminal to another program for a while.
func (s *screen) away(do func() error) error {
	if err := s.leave(); err != nil {
		return err
	}
	err := do()
	return errors.Join(err, s.enter())
}

func (s *screen) draw(d *desk) error {
	w, h, err := term.GetSize(int(s.out.Fd()))
	if err != nil || w < 20 || h < 8 {
		w, h = 80, 24
	}
	_, err = io.WriteString(s.out, clearScreen+d.page(w, h))
	return err
}
