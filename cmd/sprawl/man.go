package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newMan(c console) *cobra.Command {
	return &cobra.Command{
		Use:   "man [DIRECTORY]",
		Short: "Print the manual page, or write the pages of all commands to a directory",
		Long: `Man prints the page of sprawl itself. With a DIRECTORY it writes one page for each
command there, as packages install them in man1.`,
		Example: "  sprawl man | man -l -\n  sprawl man /usr/local/share/man/man1",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				_, err := io.WriteString(c.out, manPage(cmd.Root()))
				return err
			}
			if err := os.MkdirAll(args[0], 0o777); err != nil {
				return err
			}
			return writeMan(cmd.Root(), args[0])
		},
	}
}

// writeMan writes the page of a command and of those below it.
func writeMan(cmd *cobra.Command, dir string) error {
	if err := os.WriteFile(filepath.Join(dir, manName(cmd)+".1"), []byte(manPage(cmd)), 0o666); err != nil {
		return err
	}
	for _, sub := range cmd.Commands() {
		if !sub.IsAvailableCommand() {
			continue
		}
		if err := writeMan(sub, dir); err != nil {
			return err
		}
	}
	return nil
}

func manName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// manPage returns the page of a command in the macros of man(7). It holds no
// date, so that two builds of one version write the same.
func manPage(cmd *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"\" %s sprawl\n", roffWord(strings.ToUpper(manName(cmd))), roffWord("sprawl "+version()))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(manName(cmd)), roff(cmd.Short))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n", roff(cmd.UseLine()))
	if cmd.Long != "" {
		b.WriteString(".SH DESCRIPTION\n" + paragraphs(cmd.Long))
	}
	manFlags(&b, "OPTIONS", cmd.NonInheritedFlags())
	manFlags(&b, "OPTIONS OF ALL ITS COMMANDS", cmd.InheritedFlags())
	if cmd.Example != "" {
		b.WriteString(".SH EXAMPLES\n.nf\n" + roff(cmd.Example) + "\n.fi\n")
	}
	if !cmd.HasParent() {
		b.WriteString(manExit)
	}
	manAlso(&b, cmd)
	return b.String()
}

const manExit = `.SH EXIT STATUS
.TP
0
clean
.TP
1
credentials that \-\-fail\-on names were found
.TP
2
the request was wrong, and nothing was read
.TP
3
something that should have been read was not
.SH ENVIRONMENT
.TP
SPRAWL_KEY
the key of fingerprints
.TP
SPRAWL_REGISTER
the register: a file, or the address of a database
.TP
SPRAWL_BOUNDARIES
the file that says which boundaries there are
.TP
SPRAWL_BYPASS
why a hook is to let git go on unchecked; it is recorded
.TP
NO_COLOR
no colours, if set
`

func manFlags(b *strings.Builder, title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	fmt.Fprintf(b, ".SH %s\n", title)
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name, usage := pflag.UnquoteUsage(f)
		line := "--" + f.Name
		if f.Shorthand != "" {
			line = "-" + f.Shorthand + ", " + line
		}
		if name != "" {
			line += " " + name
		}
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(line), roff(usage))
	})
}

// manAlso names the pages above and below.
func manAlso(b *strings.Builder, cmd *cobra.Command) {
	var all []string
	if cmd.HasParent() {
		all = append(all, manName(cmd.Parent()))
	}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			all = append(all, manName(sub))
		}
	}
	for i, name := range all {
		if i == 0 {
			b.WriteString(".SH SEE ALSO\n")
		}
		fmt.Fprintf(b, ".BR %s (1)\n", roff(name))
	}
}

// paragraphs returns text with a macro where a paragraph begins.
func paragraphs(text string) string {
	var b strings.Builder
	for i, p := range strings.Split(text, "\n\n") {
		if i > 0 {
			b.WriteString(".PP\n")
		}
		b.WriteString(roff(p) + "\n")
	}
	return b.String()
}

// roff returns text so that nothing in it is a macro or an escape.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "…", `\[u2026]`, "›", `\[u203A]`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

// roffWord returns text as one argument of a macro.
func roffWord(text string) string { return `"` + strings.ReplaceAll(roff(text), `"`, `\(dq`) + `"` }
