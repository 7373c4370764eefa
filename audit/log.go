package audit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// An Entry is one thing that was done.
type Entry struct {
	At     time.Time         `json:"at"`
	Actor  string            `json:"actor"` // who ran it, such as "alice@build-7"
	Action string            `json:"action"`
	Object string            `json:"object"` // what it was done to: a credential's id, a target
	Detail map[string]string `json:"detail,omitempty"`
}

// The actions that sprawl records.
const (
	Probe    = "probe"    // a request was sent to an issuer
	Read     = "read"     // a secret store was read
	Suppress = "suppress" // a finding was left out because somebody said so
	Bypass   = "bypass"   // a gate was passed without its check
)

// A line is an Entry in its place in the chain. Its hash is that of the JSON
// text of everything else in it.
type line struct {
	Seq  int64  `json:"seq"` // from 1, without holes
	Prev string `json:"prev"`
	Entry
	Hash string `json:"hash,omitempty"`
}

// maxLine bounds a line: what is longer was not written by this package.
const maxLine = 1 << 20

// origin is the Prev of the first line.
const origin = "sprawl-audit-1"

// seal fills in the hash of l and returns its text with a newline.
func (l *line) seal() ([]byte, error) {
	l.Hash = ""
	body, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	l.Hash = digest(body)
	text, err := json.Marshal(l)
	return append(text, '\n'), err
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// A Log is a file that entries are added to. Its methods may be called from
// several goroutines, and several processes may have the same file open.
type Log struct {
	mu    sync.Mutex
	file  *os.File
	actor string
	now   func() time.Time

	// What this process wrote last, and where that ended: while the file is as
	// long, nobody else has written.
	last line
	end  int64
}

// Open opens the log called name, and makes it if there is none. Entries
// without an actor get the one given here; now tells the time.
func Open(name, actor string, now func() time.Time) (*Log, error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("audit log: %w", err)
	}
	return &Log{file: file, actor: actor, now: now}, nil
}

// Close closes the file.
func (l *Log) Close() error { return l.file.Close() }

// Append adds an entry and returns when it is on the disk. A line that a crash
// cut short is taken off first: what it recorded had not been acknowledged.
// What else is wrong with the end of the file is an error, and nothing is added.
func (l *Log) Append(e Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	unlock, err := lock(l.file)
	if err != nil {
		return fmt.Errorf("audit log %s: %w", l.file.Name(), err)
	}
	defer unlock()
	if err := l.append(e); err != nil {
		return fmt.Errorf("audit log %s: %w", l.file.Name(), err)
	}
	return nil
}

func (l *Log) append(e Entry) error {
	last, end, err := l.tail()
	if err != nil {
		return err
	}
	if e.Actor == "" {
		e.Actor = l.actor
	}
	if e.At.IsZero() {
		e.At = l.now()
	}
	e.At = e.At.UTC()
	next := line{Seq: last.Seq + 1, Prev: last.Hash, Entry: e}
	text, err := next.seal()
	if err != nil {
		return err
	}
	if len(text) > maxLine {
		return fmt.Errorf("an entry of %d bytes is too long: at most %d", len(text), maxLine)
	}
	if err := l.file.Truncate(end); err != nil {
		return err
	}
	if _, err := l.file.WriteAt(text, end); err != nil {
		return err
	}
	if err := l.file.Sync(); err != nil {
		return err
	}
	l.last, l.end = next, end+int64(len(text))
	return nil
}

// tail returns the last whole line of the log, and where it ends.
func (l *Log) tail() (last line, end int64, err error) {
	info, err := l.file.Stat()
	switch {
	case err != nil:
		return last, 0, err
	case l.end > 0 && info.Size() == l.end:
		return l.last, l.end, nil
	}
	return tail(l.file, info.Size())
}

// tail returns the last whole line of file, which is size bytes long, and where
// that line ends.
func tail(file *os.File, size int64) (last line, end int64, err error) {
	from := max(0, size-2*maxLine)
	buf := make([]byte, size-from)
	if _, err := file.ReadAt(buf, from); err != nil && !errors.Is(err, io.EOF) {
		return last, 0, err
	}
	stop := bytes.LastIndexByte(buf, '\n')
	if stop < 0 {
		if from > 0 {
			return last, 0, errors.New("its end is not a log: move the file away and start a new one")
		}
		return line{Hash: origin}, 0, nil
	}
	start := bytes.LastIndexByte(buf[:stop], '\n') + 1
	if err := json.Unmarshal(buf[start:stop], &last); err != nil || last.Hash == "" {
		return last, 0, errors.New("its last line is damaged: see sprawl audit verify, then move the file away")
	}
	return last, from + int64(stop) + 1, nil
}

// Head is the state of a log: compare it with what was noted before.
type Head struct {
	Entries int64
	Hash    string // of the last line
	Torn    bool   // a crash cut the last line short; nothing acknowledged is lost
}

// A BrokenError says where the chain of a log does not hold.
type BrokenError struct {
	Line int64
	Why  string
}

// Error names the line.
func (e *BrokenError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Why) }

// Verify reads a log and shows every entry to yield, which may be nil. The
// error is a *BrokenError where the chain does not hold, that of yield, or that
// of r.
func Verify(r io.Reader, yield func(Entry) error) (Head, error) {
	return VerifyEach(r, func(e Entry, _ string) error {
		if yield == nil {
			return nil
		}
		return yield(e)
	})
}

// VerifyEach is Verify with the hash of each entry.
func VerifyEach(r io.Reader, yield func(e Entry, hash string) error) (Head, error) {
	head := Head{Hash: origin}
	in := bufio.NewReaderSize(r, 64<<10)
	for {
		text, err := readLine(in)
		if errors.Is(err, io.EOF) {
			head.Torn = len(text) > 0
			return head, nil
		}
		if err != nil {
			return head, &BrokenError{head.Entries + 1, err.Error()}
		}
		e, why := check(text, &head)
		if why != "" {
			return head, &BrokenError{head.Entries + 1, why}
		}
		head.Entries++
		if err := yield(e, head.Hash); err != nil {
			return head, err
		}
	}
}

// check tells why text is not the line that follows head, or moves head on.
func check(text []byte, head *Head) (e Entry, why string) {
	var l line
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&l); err != nil {
		return e, "not a line of this log: " + err.Error()
	}
	claimed := l.Hash
	again, err := l.seal()
	switch {
	case err != nil:
		return e, err.Error()
	case claimed != l.Hash:
		return e, "the text was changed: its hash does not fit"
	case !bytes.Equal(again, append(text, '\n')):
		return e, "the text was changed: it is not as this program writes it"
	case l.Seq != head.Entries+1 || l.Prev != head.Hash:
		return e, "it does not follow the line before: one was taken out, put in or moved"
	}
	head.Hash = l.Hash
	return l.Entry, ""
}

// readLine returns the next line without its newline. At the end it returns
// what is left with io.EOF.
func readLine(in *bufio.Reader) (text []byte, err error) {
	for {
		part, err := in.ReadSlice('\n')
		text = append(text, part...)
		switch {
		case len(text) > maxLine:
			return nil, errors.New("longer than any line of this log")
		case err == nil:
			return text[:len(text)-1], nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return text, err
		}
	}
}
