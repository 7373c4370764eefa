package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
	"github.com/seed-5dd601fe/sprawl/register"
)

// commands are what scripts can say beside testscript's own.
func commands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"secret":  cmdSecret,
		"put":     cmdPut,
		"encode":  cmdEncode,
		"pack":    cmdPack,
		"patch":   cmdPatch,
		"git":     cmdGit,
		"commit":  cmdCommit,
		"rev":     cmdRev,
		"scan":    cmdScan,
		"found":   cmdFound,
		"places":  cmdPlaces,
		"idof":    cmdIDOf,
		"only":    cmdOnly,
		"gap":     cmdGap,
		"receipt": cmdReceipt,
	}
}

type stateKey struct{}

// A state is what a script has made and seen so far.
type state struct {
	clock   int      // of git, so that no two commits are of the same second
	secrets []string // that no output may show
	result
}

// A result is what scan --format json printed.
type result struct {
	credentials []credential
	gaps        []struct{ What, Why string }
	exposures   []struct{ Kind, Path string }
	receipt     map[string]any
}

// A credential is one line of the report; its locations are kept as they are
// written, so that scripts can ask for any field.
type credential struct {
	ID, Rule, Tier, Hint, Public string
	Confidence                   int
	Locations                    []map[string]any
}

func stateOf(ts *testscript.TestScript) *state { return ts.Value(stateKey{}).(*state) }

// githubToken is what secret makes unless it is told otherwise.
const githubToken = "ghp_<base62:30><check:github-crc32>"

// cmdSecret makes up a credential: secret [-public] NAME [TEMPLATE]. The
// template is one of detectors.Expand. Reports may show public ones.
func cmdSecret(ts *testscript.TestScript, neg bool, args []string) {
	public := args[0] == "-public"
	if public {
		args = args[1:]
	}
	template := githubToken
	if len(args) > 1 {
		template = strings.Join(args[1:], " ")
	}
	value, err := detectors.Expand(template, rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())))
	ts.Check(err)
	if s := stateOf(ts); !public {
		s.secrets = append(s.secrets, value)
	}
	ts.Setenv(args[0], value)
}

// cmdPut writes a file: put FILE TEXT…, with \n and the like as in Go.
func cmdPut(ts *testscript.TestScript, neg bool, args []string) {
	name := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(name), 0o777))
	text := strings.ReplaceAll(strings.Join(args[1:], " "), `"`, `\"`)
	text = strings.ReplaceAll(text, "\n", `\n`)
	text, err := strconv.Unquote(`"` + text + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(name, []byte(text), 0o666))
}

// cmdGit runs git, each time a minute later than before.
func cmdGit(ts *testscript.TestScript, neg bool, args []string) {
	err := runGit(ts, args...)
	if (err == nil) == neg {
		ts.Fatalf("git %s: %v", strings.Join(args, " "), err)
	}
}

func runGit(ts *testscript.TestScript, args ...string) error {
	s := stateOf(ts)
	s.clock++
	date := fmt.Sprintf("%d +0000", 1_700_000_000+60*s.clock)
	ts.Setenv("GIT_AUTHOR_DATE", date)
	ts.Setenv("GIT_COMMITTER_DATE", date)
	args = append([]string{"-c", "gc.auto=0", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always"}, args...)
	return ts.Exec("git", args...)
}

// cmdCommit writes a file and commits everything: commit NAME FILE TEXT…, after
// which $NAME is the commit.
func cmdCommit(ts *testscript.TestScript, neg bool, args []string) {
	cmdPut(ts, false, args[1:])
	ts.Check(runGit(ts, "add", "-A"))
	ts.Check(runGit(ts, "commit", "-q", "-m", "change"))
	cmdRev(ts, false, []string{args[0], "HEAD"})
}

// cmdRev sets a variable to what git rev-parse says: rev NAME REV.
func cmdRev(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(ts.Exec("git", append([]string{"--no-replace-objects", "rev-parse"}, args[1:]...)...))
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// cmdScan scans and checks what always holds: scan EXIT [ARG…].
func cmdScan(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec("sprawl", append([]string{"scan", "--format=json"}, args[1:]...)...)
	code := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("exit %d, want %d", code, want)
	}
	s := stateOf(ts)
	stdout, stderr := ts.ReadFile("stdout"), ts.ReadFile("stderr")
	for _, secret := range s.secrets {
		if strings.Contains(stdout+stderr, secret) {
			ts.Fatalf("the output shows a secret")
		}
	}
	if code == exitRequest {
		if stdout != "" || !strings.HasPrefix(stderr, "sprawl: ") {
			ts.Fatalf("a wrong request must be told on standard error, and nothing else")
		}
		return
	}
	s.result, err = parseReport(stdout)
	ts.Check(err)
	s.check(ts, code)
}

// parseReport reads JSON lines, of which the receipt must be the last.
func parseReport(text string) (r result, err error) {
	for line := range strings.Lines(text) {
		var kind struct{ Type string }
		if err := json.Unmarshal([]byte(line), &kind); err != nil {
			return r, err
		}
		if r.receipt != nil {
			return r, errors.New("a line follows the receipt")
		}
		switch kind.Type {
		case "credential":
			r.credentials = append(r.credentials, credential{})
			err = json.Unmarshal([]byte(line), &r.credentials[len(r.credentials)-1])
		case "gap":
			r.gaps = append(r.gaps, struct{ What, Why string }{})
			err = json.Unmarshal([]byte(line), &r.gaps[len(r.gaps)-1])
		case "exposure":
			r.exposures = append(r.exposures, struct{ Kind, Path string }{})
			err = json.Unmarshal([]byte(line), &r.exposures[len(r.exposures)-1])
		case "receipt":
			err = json.Unmarshal([]byte(line), &r.receipt)
		default:
			err = fmt.Errorf("a line of type %q", kind.Type)
		}
		if err != nil {
			return r, err
		}
	}
	if r.receipt == nil {
		return r, errors.New("there is no receipt")
	}
	return r, nil
}

// check holds the report to what is true of every report.
func (s *state) check(ts *testscript.TestScript, code int) {
	for key, want := range map[string]any{
		"exit": float64(code), "credentials": float64(len(s.credentials)), "gaps": float64(len(s.gaps)),
		"complete": len(s.gaps) == 0,
	} {
		if got := s.receipt[key]; got != want {
			ts.Fatalf("the receipt's %s is %v, want %v", key, got, want)
		}
	}
	for _, c := range s.credentials {
		if len(c.Locations) == 0 {
			ts.Fatalf("%s %s lies nowhere", c.Rule, c.Hint)
		}
	}
}

// idOf returns the id that the credential with that value has under the key of
// the tests: how a script knows which line of a report is about which secret.
func idOf(value string) string {
	key, err := register.ParseKey(fmt.Sprintf("%x", testKey()))
	if err != nil {
		panic(err)
	}
	in := register.New(key)
	in.Add(0, []sprawl.Finding{{Parts: []sprawl.Part{{Name: "key", Value: sprawl.NewSecret([]byte(value), 0)}}}})
	return in.Credentials([]sprawl.Target{"dir:"})[0].ID
}

// lookUp returns the credential with that value.
func (s *state) lookUp(ts *testscript.TestScript, value string) *credential {
	var found *credential
	for i := range s.credentials {
		if s.credentials[i].ID != idOf(value) {
			continue
		}
		if found != nil {
			ts.Fatalf("one credential is reported twice")
		}
		found = &s.credentials[i]
	}
	return found
}

// cmdFound wants a credential with a location of which everything said is true:
// found VALUE [FIELD=WANT…]. FIELD is one of the report's, rule or public of the
// credential, or span, the text from start to end. Where nothing was decoded,
// the span must be the value. With !, the credential must not be there.
func cmdFound(ts *testscript.TestScript, neg bool, args []string) {
	s := stateOf(ts)
	c := s.lookUp(ts, args[0])
	if neg {
		if c != nil {
			ts.Fatalf("it was found: %v", c.Locations)
		}
		return
	}
	if c == nil {
		ts.Fatalf("not found; gaps: %v", s.gaps)
	}
	var reasons []string
	for _, at := range c.Locations {
		if len(list(at["encoding"])) == 0 {
			if text, ok := span(ts, at); ok && text != args[0] {
				ts.Fatalf("what lies from start to end is not the value: %v", at)
			}
		}
		why := differs(ts, c, at, args[1:])
		if why == "" {
			return
		}
		reasons = append(reasons, why)
	}
	ts.Fatalf("no location is as wanted:\n%s", strings.Join(reasons, "\n"))
}

// differs says in what a location is not as wanted, or "".
func differs(ts *testscript.TestScript, c *credential, at map[string]any, want []string) string {
	for _, w := range want {
		field, value, _ := strings.Cut(w, "=")
		got := fmt.Sprint(at[field])
		switch field {
		case "rule":
			got = c.Rule
		case "public":
			got = c.Public
		case "encoding", "refs":
			got = strings.Join(list(at[field]), ",")
		case "span":
			got, _ = span(ts, at)
			value = strings.TrimRight(value, "=") // padding tells nothing
		}
		if got != value {
			return fmt.Sprintf("%s is %q, not %q: %v", field, got, value, at)
		}
	}
	return ""
}

func list(v any) (all []string) {
	items, _ := v.([]any)
	for _, item := range items {
		all = append(all, fmt.Sprint(item))
	}
	return all
}

// span returns the text from start to end of a location, where that can be
// read here.
func span(ts *testscript.TestScript, at map[string]any) (text string, ok bool) {
	target, path, object := fmt.Sprint(at["target"]), fmt.Sprint(at["path"]), fmt.Sprint(at["object"])
	kind, _ := at["kind"].(string)
	scheme, rest, _ := strings.Cut(target, ":")
	var data []byte
	switch {
	case strings.Contains(path, "!"):
		return "", false
	case scheme == "git" && object != "" && (kind == "" || kind == "commit" || kind == "tag"):
		if kind == "" {
			kind = "blob"
		}
		cmd := exec.Command("git", "--no-replace-objects", "cat-file", kind, object)
		cmd.Dir = ts.MkAbs(rest)
		out, err := cmd.Output()
		ts.Check(err)
		data = out
	case scheme == "dir" && kind == "":
		name := ts.MkAbs(rest)
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			name = filepath.Join(name, path)
		}
		out, err := os.ReadFile(name)
		ts.Check(err)
		data = out
	default:
		return "", false
	}
	start, end := int(at["start"].(float64)), int(at["end"].(float64))
	if start < 0 || end > len(data) || start > end {
		ts.Fatalf("%d to %d of %d bytes", start, end, len(data))
	}
	checkLine(ts, at, data, start)
	return string(data[start:end]), true
}

// checkLine holds line and column to start.
func checkLine(ts *testscript.TestScript, at map[string]any, data []byte, start int) {
	line := bytes.Count(data[:start], []byte{'\n'}) + 1
	column := start - bytes.LastIndexByte(data[:start], '\n')
	if int(at["line"].(float64)) != line || int(at["column"].(float64)) != column {
		ts.Fatalf("it starts in line %d column %d: %v", line, column, at)
	}
}

// cmdIDOf sets a variable to the id of a credential: idof NAME VALUE.
func cmdIDOf(ts *testscript.TestScript, neg bool, args []string) { ts.Setenv(args[0], idOf(args[1])) }

// cmdPlaces wants a credential in exactly so many places: places VALUE N.
func cmdPlaces(ts *testscript.TestScript, neg bool, args []string) {
	c := stateOf(ts).lookUp(ts, args[0])
	if c == nil {
		ts.Fatalf("not found")
	}
	if got := strconv.Itoa(len(c.Locations)); got != args[1] {
		ts.Fatalf("%s places, want %s: %v", got, args[1], c.Locations)
	}
}

// cmdOnly wants exactly so many credentials: only N.
func cmdOnly(ts *testscript.TestScript, neg bool, args []string) {
	s := stateOf(ts)
	if got := strconv.Itoa(len(s.credentials)); got != args[0] {
		ts.Fatalf("%s credentials, want %s: %v", got, args[0], s.credentials)
	}
}

// cmdGap wants a gap that a pattern matches: gap PATTERN. With !, none.
func cmdGap(ts *testscript.TestScript, neg bool, args []string) {
	pattern := regexp.MustCompile(strings.Join(args, " "))
	s := stateOf(ts)
	for _, g := range s.gaps {
		if pattern.MatchString(g.What + ": " + g.Why) {
			if neg {
				ts.Fatalf("gap: %v", g)
			}
			return
		}
	}
	if !neg {
		ts.Fatalf("no gap is like that: %v", s.gaps)
	}
}

// cmdReceipt wants fields of the receipt: receipt FIELD=WANT…
func cmdReceipt(ts *testscript.TestScript, neg bool, args []string) {
	s := stateOf(ts)
	for _, a := range args {
		field, want, _ := strings.Cut(a, "=")
		if got := fmt.Sprint(s.receipt[field]); (got == want) == neg {
			ts.Fatalf("the receipt's %s is %q; %s", field, got, a)
		}
	}
}
