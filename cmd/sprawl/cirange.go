package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

// A checkout is the repository that a CI system has checked out, shallow or
// not. What is missing of a range is fetched, and no more.
type checkout struct {
	dir     string
	fetched int // calls of git fetch
}

// has reports whether an object is here.
func (k *checkout) has(ctx context.Context, rev string) bool {
	_, err := git(ctx, k.dir, "cat-file", "-e", rev)
	return err == nil
}

func (k *checkout) shallow(ctx context.Context) (commits map[string]bool, err error) {
	path, err := git(ctx, k.dir, "rev-parse", "--path-format=absolute", "--git-path", "shallow")
	if err != nil {
		return nil, err
	}
	text, err := readBounded(strings.TrimSpace(path), 64<<20)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	commits = map[string]bool{}
	for _, id := range strings.Fields(string(text)) {
		commits[id] = true
	}
	return commits, err
}

// fetch asks the remote for revisions: object names, or branches. A checkout
// that is whole stays so.
func (k *checkout) fetch(ctx context.Context, how string, revs ...string) error {
	args := []string{"fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"}
	if cut, err := k.shallow(ctx); err != nil {
		return err
	} else if len(cut) > 0 && how != "" {
		args = append(args, how)
	}
	args = append(args, "origin")
	for _, rev := range revs {
		if !isHex(rev) {
			rev = "+refs/heads/" + rev + ":refs/remotes/origin/" + rev
		}
		args = append(args, rev)
	}
	k.fetched++
	_, err := git(ctx, k.dir, args...)
	return err
}

func isHex(s string) bool {
	return len(s) == 40 && strings.Trim(s, "0123456789abcdef") == ""
}

// resolve returns the object that rev stands for, a branch being that of the
// remote, and fetches it with depth commits if it is not here.
func (k *checkout) resolve(ctx context.Context, rev string, depth int) (string, error) {
	if rev == "" {
		rev = "HEAD"
	}
	names := []string{"refs/remotes/origin/" + rev, rev}
	if isHex(rev) || rev == "HEAD" {
		names = names[1:]
	}
	var err error
	for try := range 2 {
		for _, name := range names {
			if k.has(ctx, name) {
				id, err := git(ctx, k.dir, "rev-parse", "--verify", "--end-of-options", name)
				id = strings.TrimSpace(id)
				return id[strings.LastIndexByte(id, '\n')+1:], err
			}
		}
		if try == 0 && rev != "HEAD" {
			err = k.fetch(ctx, fmt.Sprintf("--depth=%d", depth), rev)
		}
	}
	if err == nil {
		err = errors.New("it is not here")
	}
	return "", err
}

// deepen fetches older commits until all that tip brings beyond base is here.
// It is: none of these commits is one at which the checkout was cut off.
func (k *checkout) deepen(ctx context.Context, tip, base string, first int) error {
	for step := max(first, 16); ; step *= 8 {
		cut, err := k.shallow(ctx)
		if err != nil || len(cut) == 0 {
			return err
		}
		args := []string{"rev-list", tip}
		if base != "" {
			args = append(args, "^"+base)
		}
		brought, err := git(ctx, k.dir, args...)
		if err != nil {
			return err
		}
		missing := false
		for id := range strings.FieldsSeq(brought) {
			missing = missing || cut[id]
		}
		if !missing {
			return nil
		}
		how, revs := fmt.Sprintf("--deepen=%d", step), []string{tip}
		if base == "" || step > 1<<14 {
			how = "--unshallow"
		}
		if base != "" {
			revs = append(revs, base)
		}
		if err := k.fetch(ctx, how, revs...); err != nil {
			return err
		}
		if again, err := k.shallow(ctx); err == nil && len(again) > 0 && how == "--unshallow" {
			return errors.New("the history is cut off in the remote itself")
		}
	}
}

// A ciRange is what is to be read, resolved.
type ciRange struct{ tip, base string }

// rangeOf finds what r is about in the checkout.
func (k *checkout) rangeOf(ctx context.Context, r *ciRun) (out ciRange, err error) {
	depth := r.commits + 1
	if out.tip, err = k.resolve(ctx, r.tip, depth); err != nil {
		return out, fmt.Errorf("the change's last commit %s can't be fetched: %w", cmp.Or(r.tip, "HEAD"), err)
	}
	if r.base == "" {
		return out, wrapRange(k.deepen(ctx, out.tip, "", depth))
	}
	out.base, err = k.resolve(ctx, r.base, depth)
	if err != nil && r.spare != "" {
		r.note = fmt.Sprintf("The commit %s that was there before is gone (a push by force?), so the change is compared with %s.", r.base, r.spare)
		out.base, err = k.resolve(ctx, r.spare, depth)
	}
	if err != nil {
		return out, fmt.Errorf("what the change is compared with, %s, can't be fetched: %w", r.base, err)
	}
	return out, wrapRange(k.deepen(ctx, out.tip, out.base, depth))
}

func wrapRange(err error) error {
	if err != nil {
		return fmt.Errorf("the history of the change is not all here, and can't be fetched: %w", err)
	}
	return nil
}
