// Package jsonl reads places that sprawl has no source for, from lines that any
// program can print.
//
// Each line is a JSON object. A record shows content:
//
//	{"path": "teams/pay.yaml", "text": "password: …"}
//	{"path": "kv/prod/pay", "key": "password", "text": "…"}
//	{"path": "dump.bin", "base64": "…"}
//
// With a "key" it is a named value, as a variable is; "fields", an object of
// names and values, is for several that belong together. "target" is the URL of
// the place, where that is not the stream itself, and "says" is what the
// platform says of it, by the names of docs/sources.md. A gap says what the
// program could not read, so that the run is not taken for complete:
//
//	{"gap": "teams/ops.yaml", "why": "403: needs the role reader"}
package jsonl

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/entry"
	"github.com/seed-5dd601fe/sprawl/sources/internal/unpack"
)

// ErrRequest is in the chain of every error that means that the target is
// wrong, and that nothing was read.
var ErrRequest = errors.New("wrong request")

// maxLine bounds a line, in bytes.
const maxLine = 256 << 20

// maxGaps is how many wrong lines are named; more are counted.
const maxGaps = 100

// Options say what is read, and how.
type Options struct {
	Stdin io.Reader // what jsonl:- reads
	Reach int       // see unpack.Limits
}

// A Stream is a Source of the records in a file or in standard input. The
// latter can be read once.
type Stream struct {
	target sprawl.Target
	o      Options
	taken  atomic.Bool
	shown  atomic.Int64
}

// Open returns the Source of t: jsonl:FILE, or jsonl:- for standard input.
func Open(_ context.Context, t sprawl.Target, o Options) (*Stream, error) {
	switch name := t.Rest(); {
	case name == "-" && o.Stdin == nil:
		return nil, fmt.Errorf("%w: there is no standard input to read", ErrRequest)
	case name == "":
		return nil, fmt.Errorf("%w: %s: want jsonl:FILE, or jsonl:- for standard input", ErrRequest, t)
	case name != "-":
		info, err := os.Stat(name)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrRequest, err)
		}
		if info.IsDir() {
			return nil, fmt.Errorf("%w: %s is a directory: want a file of JSON lines", ErrRequest, name)
		}
	}
	return &Stream{target: t, o: o}, nil
}

// Units lists the stream.
func (s *Stream) Units(ctx context.Context, yield func(sprawl.Unit) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	u := sprawl.Unit{Target: s.target, Name: s.target.Rest()}
	if info, err := os.Stat(u.Name); err == nil {
		u.Bytes = info.Size()
		u.Version = fmt.Sprint(info.Size(), "-", info.ModTime().UnixNano())
	}
	return yield(u)
}

// Tally returns how many records were shown.
func (s *Stream) Tally() sprawl.Tally { return sprawl.Tally{Objects: s.shown.Load()} }

// Read shows every record. A line that is none is a gap.
func (s *Stream) Read(ctx context.Context, u sprawl.Unit, v sprawl.Visitor) error {
	in, err := s.open(u)
	if err != nil {
		return err
	}
	defer in.Close()
	r := &reader{Stream: s, ctx: ctx, v: v, unpack: unpack.Wrap(v, unpack.Limits{Reach: s.o.Reach, Stop: ctx.Err})}
	if err := r.lines(bufio.NewReaderSize(in, 1<<16)); err != nil {
		return err
	}
	return r.result()
}

func (s *Stream) open(u sprawl.Unit) (io.ReadCloser, error) {
	if u.Name == "-" {
		if s.taken.Swap(true) {
			return nil, &sprawl.Gap{Target: s.target, What: u.Name, Why: "was read before, and can't be read again"}
		}
		return io.NopCloser(s.o.Stdin), nil
	}
	file, err := os.Open(u.Name)
	if err != nil {
		return nil, &sprawl.Gap{Target: s.target, What: u.Name, Why: err.Error()}
	}
	return file, nil
}

// A record is one line.
type record struct {
	Path   string            `json:"path"`
	Text   *string           `json:"text"`
	Base64 *string           `json:"base64"`
	Key    string            `json:"key"`
	Fields map[string]string `json:"fields"`
	Target sprawl.Target     `json:"target"`
	Says   map[string]string `json:"says"`

	Gap string `json:"gap"`
	Why string `json:"why"`
}

// A reader is one Read in progress.
type reader struct {
	*Stream
	ctx    context.Context
	v      sprawl.Visitor
	unpack *unpack.Unpacker
	gaps   []error
	more   int // gaps beyond those that are named
}

func (r *reader) lines(in *bufio.Reader) error {
	for n := 1; ; n++ {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		text, err := readLine(in)
		if len(bytes.TrimSpace(text)) > 0 {
			if err := r.line(n, text); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errLong):
			r.gap(n, fmt.Sprintf("longer than %d MiB", maxLine>>20))
		case err != nil:
			r.gap(n, err.Error())
			return nil
		}
	}
}

var errLong = errors.New("too long")

// readLine returns the next line. One that is too long is read to its end, and
// errLong returned.
func readLine(in *bufio.Reader) (text []byte, err error) {
	long := false
	for {
		part, err := in.ReadSlice('\n')
		if long = long || len(text)+len(part) > maxLine; long {
			text = nil
		} else {
			text = append(text, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case err != nil:
			return text, err
		case long:
			return nil, errLong
		default:
			return text, nil
		}
	}
}

// line shows one record. Its error is the visitor's.
func (r *reader) line(n int, text []byte) error {
	var rec record
	if err := json.Unmarshal(text, &rec); err != nil {
		r.gap(n, "not a JSON object as docs/sources.md has it: "+problem(err))
		return nil
	}
	if rec.Gap != "" {
		r.add(&sprawl.Gap{Target: r.at(&rec).Target, What: rec.Gap, Why: rec.Why})
		return nil
	}
	data, why := rec.content()
	if why != "" {
		r.gap(n, why)
		return nil
	}
	r.shown.Add(1)
	at := r.at(&rec)
	if fields := rec.named(data); fields != nil {
		return entry.Show(r.v, at, fields...)
	}
	if !r.v.Offer(&at) {
		return nil
	}
	return r.unpack.Visit(&sprawl.Chunk{At: &at, Data: data})
}

// problem returns what is wrong with a line, without repeating any of it: the
// text of some errors quotes the value.
func problem(err error) string {
	var typ *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &typ):
		return fmt.Sprintf("%q is of the wrong type", typ.Field)
	case errors.As(err, &syntax):
		return fmt.Sprintf("wrong from byte %d on", syntax.Offset)
	}
	return "it can't be read"
}

func (r *reader) at(rec *record) sprawl.Location {
	at := sprawl.Location{Target: r.target, Path: rec.Path, Says: rec.Says}
	if rec.Target.Scheme() != "" {
		at.Target = rec.Target
	}
	return at
}

// content returns what the record shows, or why it shows nothing.
func (rec *record) content() (data []byte, why string) {
	given := 0
	if rec.Text != nil {
		given, data = given+1, []byte(*rec.Text)
	}
	if rec.Base64 != nil {
		raw, err := base64.StdEncoding.DecodeString(*rec.Base64)
		if err != nil {
			return nil, `"base64" is not base64`
		}
		given, data = given+1, raw
	}
	if rec.Fields != nil {
		given++
	}
	if given != 1 {
		return nil, `want one of "text", "base64", "fields" and "gap"`
	}
	return data, ""
}

// named returns the fields of a record of named values; nil if it is none.
func (rec *record) named(data []byte) (fields []entry.Field) {
	if rec.Key != "" && rec.Fields == nil {
		return []entry.Field{{Name: rec.Key, Value: data}}
	}
	for name, value := range rec.Fields {
		fields = append(fields, entry.Field{Name: name, Value: []byte(value)})
	}
	slices.SortFunc(fields, func(a, b entry.Field) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

func (r *reader) gap(line int, why string) {
	r.add(&sprawl.Gap{Target: r.target, What: fmt.Sprint("line ", line), Why: why})
}

func (r *reader) add(g *sprawl.Gap) {
	if len(r.gaps) >= maxGaps {
		r.more++
		return
	}
	r.gaps = append(r.gaps, g)
}

// result returns the gaps.
func (r *reader) result() error {
	for _, g := range r.unpack.Gaps() {
		r.add(&g)
	}
	if r.more > 0 {
		r.gaps = append(r.gaps, &sprawl.Gap{Target: r.target, What: fmt.Sprint(r.more, " more"), Why: "as those before"})
	}
	return errors.Join(r.gaps...)
}
