package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/boundary"
	"github.com/seed-5dd601fe/sprawl/report"
)

// An explainPlace is a place that is made up from arguments and flags.
type explainPlace struct {
	key  string
	says []string
}

// explain shows the evidence about the place in args, without reading it.
func (e *explainPlace) explain(c console, f *lookFlags, args []string) error {
	if len(args) > 2 {
		return fmt.Errorf("want one LOCATION, and at most a PATH in it")
	}
	p, err := loadPolicy(c, f.boundaries)
	if err != nil {
		return err
	}
	at := placeOf(args)
	at.Key = e.key
	for _, s := range e.says {
		key, value, ok := strings.Cut(s, "=")
		if !ok || key == "" {
			return fmt.Errorf("--say %q: want KEY=VALUE, such as environment=production", s)
		}
		if at.Says == nil {
			at.Says = map[string]string{}
		}
		at.Says[key] = value
	}
	return writeEvidence(c.out, p, &at)
}

// placeOf reads a location as reports print it: a path with line and column, or
// a target, which may be followed by a path. The path in a store is what follows
// its host.
func placeOf(args []string) sprawl.Location {
	at := sprawl.Location{Target: sprawl.Target(args[0])}
	scheme, rest, ok := strings.Cut(args[0], ":")
	switch {
	case len(args) == 2:
		at.Path = withoutLine(args[1])
	case !ok || !isScheme(scheme):
		at.Target, at.Path = "git:.", withoutLine(args[0])
	case strings.HasPrefix(scheme, "git") && !strings.HasSuffix(scheme, "-ci"), scheme == "https", scheme == "http", scheme == "ssh":
	case scheme == "dir":
		at.Target, at.Path = "dir:/", withoutLine(strings.TrimPrefix(rest, "/"))
	case strings.HasPrefix(rest, "//"):
		host, key, _ := strings.Cut(rest[2:], "/")
		at.Target, at.Path = sprawl.Target(scheme+"://"+host), key
	default:
		at.Target, at.Path = sprawl.Target(scheme+":"), rest
	}
	return at
}

// isScheme reports whether s is the scheme of a target, and neither a drive of
// Windows nor a file with a line.
func isScheme(s string) bool {
	return len(s) > 1 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789+-") == "" && strings.IndexByte("0123456789+-", s[0]) < 0
}

// withoutLine removes the line and column that reports print behind a path.
func withoutLine(path string) string {
	for range 2 {
		i := strings.LastIndexByte(path, ':')
		if i < 0 || i == len(path)-1 || strings.Trim(path[i+1:], "0123456789") != "" {
			break
		}
		path = path[:i]
	}
	return path
}

// writeEvidence shows all that tells where a place stands.
func writeEvidence(out io.Writer, p *boundary.Policy, at *sprawl.Location) error {
	fmt.Fprintln(out, oneLine(strings.TrimSpace(string(at.Target)+" "+at.Path+" "+at.Key)))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, e := range p.Explain(at) {
		name, note := e.Name, ""
		switch {
		case !e.Wins:
			name, note = "", "outweighed"
		case e.Doubtful():
			note = "too doubtful to make a crossing"
		}
		row := fmt.Sprintf("  %s\t%s\t%s\t%s %d\t%s", name, oneLine(e.Value), oneLine(e.Source), e.Rank, e.Confidence, note)
		fmt.Fprintln(w, strings.TrimRight(row, "\t"))
	}
	return w.Flush()
}

// explainCredential scans for a credential and explains all its places.
func explainCredential(ctx context.Context, c console, f *lookFlags, id string, args []string) (int, error) {
	p, err := loadPolicy(c, f.boundaries)
	if err != nil {
		return exitRequest, err
	}
	f.then = func(doc *report.Document) error {
		for i := range doc.Credentials {
			if doc.Credentials[i].ID == id {
				return writeCredential(c.out, p, &doc.Credentials[i])
			}
		}
		return fmt.Errorf("%s was not found there; its id is the same only under the same key (SPRAWL_KEY or --key-file)", id)
	}
	return scan(ctx, c, &f.scanFlags, args)
}

func writeCredential(out io.Writer, p *boundary.Policy, c *sprawl.Credential) error {
	fmt.Fprintf(out, "%s  %s  %s\n", oneLine(c.ID), oneLine(c.Hint), oneLine(c.Rule))
	for _, h := range c.Home {
		fmt.Fprintf(out, "  belongs to %s %s: %s, %d\n", h.Name, oneLine(h.Value), oneLine(h.Source), h.Confidence)
	}
	if x := c.Crossing; x != nil {
		fmt.Fprintf(out, "  crosses %s%s: %s\n", strings.Join(x.Facets, ", "), direction(x), oneLine(x.Why))
	} else {
		fmt.Fprintln(out, "  crosses nothing")
	}
	fmt.Fprintf(out, "  risk %d\n", c.Risk)
	for _, r := range c.Reasons {
		sign := "+"
		if r.Part == "cap" {
			sign = "≤"
		}
		fmt.Fprintf(out, "    %s%d  %s: %s\n", sign, r.Points, r.Part, oneLine(r.Why))
	}
	for i := range c.Locations {
		fmt.Fprintln(out)
		if err := writeEvidence(out, p, &c.Locations[i]); err != nil {
			return err
		}
	}
	return nil
}
