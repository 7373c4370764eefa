package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/seed-5dd601fe/sprawl/register"
)

// A desk is what sprawl triage shows: credentials, one of which lies on top, and
// perhaps a question. It knows nothing of terminals.
type desk struct {
	store *register.Store
	by    string
	plain bool // no colour
	edit  func(path string, line int) error

	all, shown []*register.Entry // shown are those that the filter lets through
	filter     string
	at, scroll int
	decided    map[string]string // what was decided, by id

	ask     *question
	say     string // one line of news
	opening *opening
	done    bool
}

// An opening is a place that the editor is to show.
type opening struct {
	path string
	line int
}

// A question takes one line of text; then is told it.
type question struct {
	text, answer string
	then         func(ctx context.Context, answer string)
}

// Keys that are no text, as keys returns them.
const (
	keyUp    = "up"
	keyDown  = "down"
	keyLeft  = "left"
	keyRight = "right"
	keyEnter = "enter"
	keyBack  = "back"
	keyEsc   = "esc"
	keyStop  = "stop"
)

// keys takes apart what a terminal sent in one piece. What is no text and has no
// meaning here is left out, so that nothing typed or pasted can steer a terminal.
func keys(b []byte) (all []string) {
	arrows := map[byte]string{'A': keyUp, 'B': keyDown, 'C': keyRight, 'D': keyLeft}
	for len(b) > 0 {
		switch {
		case len(b) >= 3 && b[0] == 0x1b && (b[1] == '[' || b[1] == 'O'):
			end := 2
			for end < len(b)-1 && (b[end] < 0x40 || b[end] > 0x7e) {
				end++
			}
			if k := arrows[b[end]]; k != "" && end == 2 {
				all = append(all, k)
			}
			b = b[end+1:]
			continue
		case b[0] == 0x1b:
			all = append(all, keyEsc)
		case b[0] == '\r' || b[0] == '\n':
			all = append(all, keyEnter)
		case b[0] == 0x7f || b[0] == 0x08:
			all = append(all, keyBack)
		case b[0] == 0x03 || b[0] == 0x04:
			all = append(all, keyStop)
		case b[0] >= 0x20:
			r, n := utf8.DecodeRune(b)
			if text := printable(string(r)); r != utf8.RuneError && text == string(r) {
				all = append(all, text)
			}
			b = b[n:]
			continue
		}
		b = b[1:]
	}
	return all
}

// narrow shows only credentials that have text in their name or a place.
func (d *desk) narrow(text string) {
	d.filter, d.shown, d.at, d.scroll = text, nil, 0, 0
	for _, e := range d.all {
		hay := e.ID + " " + e.About.Rule + " " + e.About.Issuer
		for i := range e.Places {
			hay += " " + string(e.Places[i].Target) + " " + e.Places[i].Path + " " + e.Places[i].Zone
		}
		if strings.Contains(strings.ToLower(hay), strings.ToLower(text)) {
			d.shown = append(d.shown, e)
		}
	}
}

// top returns the credential that is looked at; nil where there is none.
func (d *desk) top() *register.Entry {
	if d.at >= len(d.shown) {
		return nil
	}
	return d.shown[d.at]
}

// press does what a key asks for.
func (d *desk) press(ctx context.Context, key string) {
	if d.ask != nil {
		d.typed(ctx, key)
		return
	}
	d.say = ""
	switch key {
	case "q", keyStop:
		d.done = true
	case "n", "j", keyDown, keyRight, " ", keyEnter:
		d.step(1)
	case "p", "k", keyUp, keyLeft:
		d.step(-1)
	case "d":
		d.scroll++
	case "u":
		d.scroll = max(0, d.scroll-1)
	case "/":
		d.ask = &question{text: "Show only those with", then: func(_ context.Context, text string) { d.narrow(text) }}
	case keyEsc:
		d.narrow("")
	default:
		if e := d.top(); e != nil {
			d.decide(key, e)
		}
	}
}

func (d *desk) decide(key string, e *register.Entry) {
	switch key {
	case "a":
		d.reason(e, "Why may it stay where it is?", "", "90d")
	case "f":
		d.reason(e, "Why is it a false alarm?", "false alarm: ", "1y")
	case "o":
		d.ask = &question{text: "Who can change it? (team or person)", then: func(ctx context.Context, who string) { d.own(ctx, e, who) }}
	case "e":
		d.open(e)
	}
}

// typed edits the answer to a question.
func (d *desk) typed(ctx context.Context, key string) {
	q := d.ask
	switch key {
	case keyEsc, keyStop:
		d.ask, d.say = nil, "Nothing was changed."
	case keyEnter:
		d.ask = nil
		q.then(ctx, strings.TrimSpace(q.answer))
	case keyBack:
		_, n := utf8.DecodeLastRuneInString(q.answer)
		q.answer = q.answer[:len(q.answer)-n]
	case keyUp, keyDown, keyLeft, keyRight:
	default:
		if len(q.answer) < 400 {
			q.answer += key
		}
	}
}

func (d *desk) step(by int) {
	d.scroll = 0
	switch next := d.at + by; {
	case next < 0:
		d.say = "This is the first."
	case next >= len(d.shown):
		d.say = "This is the last. q leaves."
	default:
		d.at = next
	}
}

// reason asks why, then until when, then writes it down.
func (d *desk) reason(e *register.Entry, text, before, usual string) {
	d.ask = &question{text: text, then: func(_ context.Context, why string) {
		if why == "" {
			d.say = "Without a reason nothing was changed."
			return
		}
		d.ask = &question{text: "Until when? (a day, or an age such as " + usual + ")", answer: usual, then: func(ctx context.Context, until string) {
			d.accept(ctx, e, before+why, until)
		}}
	}}
}

func (d *desk) accept(ctx context.Context, e *register.Entry, why, until string) {
	end, err := day(until)
	if err == nil {
		err = d.store.Accept(ctx, e.ID, register.Accept{By: d.by, Reason: why, At: time.Now(), Until: end})
	}
	d.settle(ctx, e, "accepted until "+end.Format(time.DateOnly), err)
}

func (d *desk) own(ctx context.Context, e *register.Entry, who string) {
	if who == "" {
		d.say = "Without a name nothing was changed."
		return
	}
	_, err := d.store.Own(ctx, []register.OwnerRule{{Match: e.ID, Kind: register.Technical, Owner: who, Source: "by hand", Confirmed: today()}})
	d.settle(ctx, e, "owned by "+who, err)
}

// settle reads a credential again after a decision, and goes on to the next
// where it was accepted.
func (d *desk) settle(ctx context.Context, e *register.Entry, what string, err error) {
	if err != nil {
		d.say = "Not done: " + err.Error()
		return
	}
	if next, err := d.store.Get(ctx, e.ID); err == nil {
		*e = *next
	}
	if d.decided == nil {
		d.decided = map[string]string{}
	}
	d.decided[e.ID] = what
	d.say = e.ID + " is " + what + "."
	if strings.HasPrefix(what, "accepted") && d.at+1 < len(d.shown) {
		d.at, d.scroll = d.at+1, 0
	}
}

// open lets the editor show the first place that is a file here.
func (d *desk) open(e *register.Entry) {
	for i := range e.Places {
		p := &e.Places[i]
		root := p.Target.Rest()
		if scheme := p.Target.Scheme(); (scheme != "git" && scheme != "dir") || !filepath.IsAbs(root) || !p.Present() {
			continue
		}
		name := filepath.Join(root, filepath.FromSlash(p.Path))
		if rel, err := filepath.Rel(root, name); err != nil || !filepath.IsLocal(rel) {
			continue
		}
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			d.opening = &opening{name, max(1, p.Line)}
			return
		}
	}
	d.say = "None of its places is a file here: the page says which commit or store has it."
}

// edit runs the user's editor, without a shell in between.
func edit(ctx context.Context, c console, path string, line int) error {
	editor := strings.Fields(c.getenv("VISUAL"))
	if len(editor) == 0 {
		editor = strings.Fields(c.getenv("EDITOR"))
	}
	if len(editor) == 0 {
		editor = []string{"vi"}
	}
	args := append(editor[1:], fmt.Sprintf("+%d", line), path)
	if strings.HasPrefix(filepath.Base(editor[0]), "code") {
		args = append(editor[1:], "--goto", fmt.Sprintf("%s:%d", path, line))
	}
	cmd := exec.CommandContext(ctx, editor[0], args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.in, c.out, c.err
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("the editor %s: %w (VISUAL or EDITOR names it)", editor[0], err)
	}
	return nil
}

// sum says what was decided.
func (d *desk) sum() string {
	return fmt.Sprintf("%s decided of %d.", counted(len(d.decided), "credential"), len(d.all))
}

const deskKeys = "n next  p previous  a accept  f false alarm  o owner  e editor  / filter  d u scroll  q leave"

// page returns the screen: never more than h lines of w columns, and nothing in
// it that was not made printable.
func (d *desk) page(w, h int) string {
	head := fmt.Sprintf("sprawl triage  %d of %d", min(d.at+1, len(d.shown)), len(d.shown))
	if d.filter != "" {
		head += "  with " + d.filter + "  (Esc shows all)"
	}
	lines := []string{d.strong(cut(head, w)), ""}
	foot := foldLine(deskKeys, w)
	var body []string
	if e := d.top(); e != nil {
		if what := d.decided[e.ID]; what != "" {
			body = append(body, "decided      "+what)
		}
		body = append(body, strings.Split(strings.TrimRight(page(e, today()), "\n"), "\n")...)
	} else {
		body = []string{"None is so."}
	}
	var wrapped []string
	for _, line := range body {
		wrapped = append(wrapped, foldLine(oneLine(line), w)...)
	}
	room := max(1, h-len(lines)-len(foot)-2)
	d.scroll = min(d.scroll, max(0, len(wrapped)-room))
	wrapped = wrapped[d.scroll:]
	if len(wrapped) > room {
		wrapped = append(wrapped[:room-1], cut(fmt.Sprintf("… %d more lines: d", len(wrapped)-room+1), w))
	}
	lines = append(lines, wrapped...)
	for len(lines) < h-len(foot)-1 {
		lines = append(lines, "")
	}
	lines = append(lines, d.strong(cut(d.line(w), w)))
	return strings.Join(append(lines, foot...), "\r\n")
}

// line returns the question, or the news. Of a long answer the end is shown.
func (d *desk) line(w int) string {
	if d.ask == nil {
		return oneLine(d.say)
	}
	answer := []rune(d.ask.answer)
	if most := max(5, w-utf8.RuneCountInString(d.ask.text)-3); len(answer) > most {
		answer = answer[len(answer)-most:]
	}
	return d.ask.text + " " + oneLine(string(answer)) + "_"
}

func (d *desk) strong(text string) string {
	if d.plain || text == "" {
		return text
	}
	return "\x1b[1m" + text + "\x1b[0m"
}

// cut returns the beginning of text that w columns hold.
func cut(text string, w int) string {
	if r := []rune(oneLine(text)); len(r) > w {
		return string(r[:max(0, w-1)]) + "…"
	}
	return oneLine(text)
}

// foldLine breaks a line at spaces, and continues under its second column.
func foldLine(text string, w int) (lines []string) {
	rest := []rune(text)
	indent := ""
	for len(rest) > w-len(indent) {
		at := w - len(indent)
		for at > w/2 && rest[at] != ' ' {
			at--
		}
		if at <= w/2 {
			at = w - len(indent)
		}
		lines = append(lines, indent+string(rest[:at]))
		rest = []rune(strings.TrimLeft(string(rest[at:]), " "))
		indent = strings.Repeat(" ", min(13, w/4))
	}
	return append(lines, indent+string(rest))
}
