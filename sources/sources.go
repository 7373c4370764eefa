// Package sources turns a target into the Source that reads it.
package sources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/aws"
	"github.com/seed-5dd601fe/sprawl/sources/consul"
	"github.com/seed-5dd601fe/sprawl/sources/dir"
	"github.com/seed-5dd601fe/sprawl/sources/env"
	"github.com/seed-5dd601fe/sprawl/sources/etcd"
	"github.com/seed-5dd601fe/sprawl/sources/git"
	"github.com/seed-5dd601fe/sprawl/sources/github"
	"github.com/seed-5dd601fe/sprawl/sources/gitlab"
	"github.com/seed-5dd601fe/sprawl/sources/jsonl"
	"github.com/seed-5dd601fe/sprawl/sources/kube"
	"github.com/seed-5dd601fe/sprawl/sources/stdin"
	"github.com/seed-5dd601fe/sprawl/sources/vault"
)

// ErrRequest is in the chain of every error that means that the target or an
// option is wrong, and that nothing was read.
var ErrRequest = errors.New("wrong request")

// Options say how places are read. A source takes what concerns it; those that
// narrow what is read are refused by sources that can't narrow.
type Options struct {
	// Reach is how far, in bytes, the scanner looks beyond where a match
	// starts. Whatever is cut overlaps by as much.
	Reach int

	Stdin io.Reader // what stdin: and jsonl:- read

	// Environ is the environment as os.Environ returns it, which env: reads.
	// Getenv looks a variable up: sources of platforms find their tokens so.
	Environ []string
	Getenv  func(name string) string

	// For directories: patterns of paths to leave out, and whether to read
	// .git directories as files.
	Exclude    []string
	IncludeGit bool

	// For git; see git.Options.
	NoDelta    bool
	Since      string
	Tips       []string
	Known      []string
	Staged     bool
	GitDir     string
	IndexFile  string
	ObjectDirs []string
	Progress   func(bytes int64)
}

// An open makes the Source of a target.
type open func(ctx context.Context, t sprawl.Target, o Options) (sprawl.Source, error)

// Schemes returns the schemes of all targets that Open knows, sorted.
func Schemes() (all []string) {
	for _, k := range Kinds() {
		all = append(all, k.Schemes...)
	}
	slices.Sort(all)
	return all
}

// opener returns what opens targets of a scheme, or nil.
func opener(scheme string) open {
	for _, k := range Kinds() {
		if slices.Contains(k.Schemes, scheme) {
			return k.open
		}
	}
	return nil
}

// Open returns the Source of t. Some sources hold files open and are io.Closers
// as well; whoever opened one closes it.
func Open(ctx context.Context, t sprawl.Target, o Options) (sprawl.Source, error) {
	open := opener(t.Scheme())
	if open == nil {
		return nil, fmt.Errorf("%w: target %q: want one that starts with %s", ErrRequest, t, strings.Join(Schemes(), ": ")+":")
	}
	s, err := open(ctx, t, o)
	if err != nil {
		return nil, request(err)
	}
	return s, nil
}

// request returns err as an ErrRequest if it is a source's own.
func request(err error) error {
	for _, own := range []error{aws.ErrRequest, consul.ErrRequest, dir.ErrRequest, etcd.ErrRequest, stdin.ErrRequest, git.ErrRequest, github.ErrRequest, gitlab.ErrRequest, jsonl.ErrRequest, kube.ErrRequest, vault.ErrRequest} {
		if errors.Is(err, own) {
			return &requestError{err}
		}
	}
	return err
}

// A requestError is a source's wrong request, which says so itself.
type requestError struct{ error }

func (e *requestError) Is(target error) bool { return target == ErrRequest }

func (e *requestError) Unwrap() error { return e.error }

// whole refuses options that narrow a git repository.
func whole(t sprawl.Target, o Options) error {
	if o.Staged || o.Since != "" || len(o.Tips) > 0 {
		return fmt.Errorf("%w: %s is not a git repository: it has no index and no revisions", ErrRequest, t)
	}
	return nil
}

func openDir(ctx context.Context, t sprawl.Target, o Options) (sprawl.Source, error) {
	if err := whole(t, o); err != nil {
		return nil, err
	}
	s, err := dir.Open(ctx, t, dir.Options{Reach: o.Reach, Exclude: o.Exclude, IncludeGit: o.IncludeGit})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func openStdin(ctx context.Context, t sprawl.Target, o Options) (sprawl.Source, error) {
	if err := whole(t, o); err != nil {
		return nil, err
	}
	s, err := stdin.Open(ctx, t, stdin.Options{Reader: o.Stdin, Reach: o.Reach})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func openLines(ctx context.Context, t sprawl.Target, o Options) (sprawl.Source, error) {
	if err := whole(t, o); err != nil {
		return nil, err
	}
	s, err := jsonl.Open(ctx, t, jsonl.Options{Stdin: o.Stdin, Reach: o.Reach})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func openEnv(ctx context.Context, t sprawl.Target, o Options) (sprawl.Source, error) {
	if err := whole(t, o); err != nil {
		return nil, err
	}
	s, err := env.Open(ctx, t, o.Environ)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func openConsul(ctx context.Context, t sprawl.Target, o Options) (sprawl.Source, error) {
	if err := whole(t, o); err != nil {
		return nil, err
	}
	s, err := consul.Open(ctx, t, consul.Options{Getenv: o.Getenv, Reach: o.Reach})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func openAWS(ctx context.Context, t sprawl.Target, o Options) (sprawl.Source, error) {
	if err := whole(t, o); err != nil {
		return nil, err
	}
	s, err := aws.Open(ctx, t, aws.Options{Getenv: o.Getenv, Reach: o.Reach})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func openEtcd(ctx context.Context, t sprawl.Target, o Options) (sprawl.Source, error) {
	if err := whole(t, o); err != nil {
		return nil, err
	}
	s, err := etcd.Open(ctx, t, etcd.Options{Getenv: o.Getenv, Reach: o.Reach})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func openKube(ctx context.Context, t sprawl.Target, o Options) (sprawl.Source, error) {
	if err := whole(t, o); err != nil {
		return nil, err
	}
	return kube.Open(ctx, t, kube.Options{Getenv: o.Getenv, Reach: o.Reach})
}

func openVault(ctx context.Context, t sprawl.Target, o Options) (sprawl.Source, error) {
	if err := whole(t, o); err != nil {
		return nil, err
	}
	s, err := vault.Open(ctx, t, vault.Options{Getenv: o.Getenv, Reach: o.Reach})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func openGitHub(ctx context.Context, t sprawl.Target, o Options) (sprawl.Source, error) {
	if err := whole(t, o); err != nil {
		return nil, err
	}
	s, err := github.Open(ctx, t, github.Options{Getenv: o.Getenv, Reach: o.Reach})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func openGitLab(ctx context.Context, t sprawl.Target, o Options) (sprawl.Source, error) {
	if err := whole(t, o); err != nil {
		return nil, err
	}
	s, err := gitlab.Open(ctx, t, gitlab.Options{Getenv: o.Getenv, Reach: o.Reach})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func openGit(ctx context.Context, t sprawl.Target, o Options) (sprawl.Source, error) {
	s, err := git.Open(ctx, t, git.Options{
		NoDelta:    o.NoDelta,
		Since:      o.Since,
		Tips:       o.Tips,
		Known:      o.Known,
		Staged:     o.Staged,
		GitDir:     o.GitDir,
		IndexFile:  o.IndexFile,
		ObjectDirs: o.ObjectDirs,
		Login:      o.login,
		Progress:   o.Progress,
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}
