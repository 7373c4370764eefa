package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/register"
	"github.com/seed-5dd601fe/sprawl/report"
)

// registerFlags are the flags by which a scan uses a register.
type registerFlags struct {
	address string
	onlyNew bool
	none    bool     // no register is to be used, whatever the environment says
	left    []string // ids of what was left out since it is accepted
}

func (f *registerFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.address, "register", "", "record what is found in `FILE` (made if it is not there) or at postgres://… (or SPRAWL_REGISTER)")
	fl.BoolVar(&f.onlyNew, "new", false, "show only what the register did not know: new credentials, and new places of known ones")
}

// open opens the register, or returns nil where none is named.
func (f *registerFlags) open(ctx context.Context, c console, key *register.Key) (*register.Store, error) {
	if f.none {
		return nil, nil
	}
	if f.address == "" {
		f.address = c.getenv("SPRAWL_REGISTER")
	}
	if f.address == "" {
		if f.onlyNew {
			return nil, errors.New("--new needs a register to compare with: give --register too")
		}
		return nil, nil
	}
	store, err := register.Open(ctx, f.address, key)
	if err != nil {
		return nil, fmt.Errorf("--register: %w", err)
	}
	return store, nil
}

// record writes what doc holds to the register, and leaves out of doc what is
// accepted, and with --new what was known. A register that can't be written
// makes the run incomplete: what was found is still shown.
func (f *registerFlags) record(ctx context.Context, store *register.Store, in *register.Inventory, doc *report.Document, whole []sprawl.Target) {
	for i, t := range whole {
		whole[i] = absolute(t)
	}
	news, err := store.Record(ctx, register.Run{
		At: time.Now(), Inventory: in, Credentials: anywhere(doc.Credentials), Whole: whole, Owners: codeowners(doc.Targets),
	})
	if err != nil {
		doc.Receipt.Gaps = append(doc.Receipt.Gaps, sprawl.Gap{What: "the register", Why: err.Error()})
		doc.Receipt.Complete = false
		return
	}
	accepted, known := 0, 0
	doc.Credentials = slices.DeleteFunc(doc.Credentials, func(cr sprawl.Credential) bool {
		switch {
		case news.Open[cr.ID]:
			accepted++
			f.left = append(f.left, cr.ID)
			return true
		case f.onlyNew && !news.New[cr.ID] && news.Copied[cr.ID] == 0:
			known++
			return true
		}
		return false
	})
	if accepted > 0 {
		doc.Notes = append(doc.Notes, fmt.Sprintf("%d accepted and not shown: sprawl register list --accepted tells by whom and until when.", accepted))
	}
	if known > 0 {
		doc.Notes = append(doc.Notes, fmt.Sprintf("%d not shown, as the register knew all their places.", known))
	}
}

// absolute returns t as it means the same wherever one stands.
func absolute(t sprawl.Target) sprawl.Target {
	rest := t.Rest()
	if (t.Scheme() != "git" && t.Scheme() != "dir") || filepath.IsAbs(rest) {
		return t
	}
	abs, err := filepath.Abs(rest)
	if err != nil {
		return t
	}
	return sprawl.Target(t.Scheme() + ":" + filepath.ToSlash(abs))
}

// anywhere returns credentials with the targets of their places, and the units
// that are named after these, as they mean the same wherever one stands.
func anywhere(all []sprawl.Credential) []sprawl.Credential {
	all = slices.Clone(all)
	for i := range all {
		all[i].Locations = slices.Clone(all[i].Locations)
		for k := range all[i].Locations {
			at := &all[i].Locations[k]
			t := absolute(at.Target)
			if t == at.Target {
				continue
			}
			at.Target, at.Zone = t, slices.Clone(at.Zone)
			for z := range at.Zone {
				if f := &at.Zone[z]; f.Name == "unit" && f.Source == "target" {
					f.Value = t.Rest()
				}
			}
		}
	}
	return all
}

// usualConfidence is the --min-confidence by default.
const usualConfidence = 40

// whole returns the targets of which everything was read and recorded.
func whole(doc *report.Document, f *scanFlags) (all []sprawl.Target) {
	if f.narrowings() > 0 || len(f.exclude) > 0 || f.only != nil || !doc.Receipt.Complete || f.minConfidence > usualConfidence {
		return nil
	}
	return slices.Clone(doc.Targets)
}

// codeowners returns what the CODEOWNERS files of local targets say. They are
// read only for suggestions: nothing that a scanned place says is policy.
func codeowners(targets []sprawl.Target) func(sprawl.Target, string) []string {
	rules := map[sprawl.Target]func(string) []string{}
	for _, t := range targets {
		for _, name := range []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"} {
			text, err := readBounded(filepath.Join(t.Rest(), name), 1<<20)
			if err != nil {
				continue
			}
			if owners, err := register.Codeowners(bytes.NewReader(text)); err == nil {
				rules[absolute(t)] = owners
			}
			break
		}
	}
	return func(t sprawl.Target, path string) []string {
		if owners := rules[t]; owners != nil {
			return owners(path)
		}
		return nil
	}
}

// readBounded reads a file that is no longer than most.
func readBounded(name string, most int64) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s is longer than %d bytes", name, most)
	}
	return text, err
}
