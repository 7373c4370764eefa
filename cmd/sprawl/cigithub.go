package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/report"
)

// maxAnnotations is how many annotations of one kind GitHub shows of a step.
const maxAnnotations = 10

// onGitHub writes annotations, the report, the job's summary, the outputs, and
// if that is asked for the comment on the pull request.
func (g *gate) onGitHub(ctx context.Context) error {
	g.annotate()
	// Names of files and branches are strangers' text, and the runner takes
	// orders from lines: it is told not to, up to a word that nobody knows.
	word := rand.Text()
	fmt.Fprintf(g.c.out, "::stop-commands::%s\n", word)
	err := g.f.inText(g.c, g.doc)
	fmt.Fprintf(g.c.out, "\n::%s::\n", word)
	address := ""
	if g.f.comment && g.at.number > 0 {
		var failed error
		if address, failed = g.comment(ctx); failed != nil {
			// The gate's answer stands without the comment.
			fmt.Fprintf(g.c.out, "::warning title=sprawl::%s\n", commandText("the comment on the pull request could not be written: "+failed.Error()))
		}
	}
	return errors.Join(err, g.summary(), g.outputs(address))
}

// annotate marks the lines in which credentials are, and what to review.
func (g *gate) annotate() {
	n := 0
	for i := range g.doc.Credentials {
		cr := &g.doc.Credentials[i]
		level := "warning"
		if fails(cr, g.f.failOn) {
			level = "error"
		}
		for k := range cr.Locations {
			if n++; n > maxAnnotations {
				return
			}
			g.annotation(level, cr, &cr.Locations[k])
		}
	}
	if g.pol != nil {
		for _, r := range g.pol.reviews[:min(len(g.pol.reviews), maxAnnotations)] {
			fmt.Fprintf(g.c.out, "::notice file=%s,title=%s::%s\n", commandValue(r.path), commandValue("sprawl: policy"), commandText("Review: it "+r.why))
		}
	}
	for _, gap := range g.doc.Receipt.Gaps[:min(len(g.doc.Receipt.Gaps), maxAnnotations)] {
		fmt.Fprintf(g.c.out, "::error title=%s::%s\n", commandValue("sprawl: not read"), commandText(gap.What+": "+gap.Why))
	}
}

func (g *gate) annotation(level string, cr *sprawl.Credential, at *sprawl.Location) {
	what := g.doc.About(cr.Rule)
	text := fmt.Sprintf("%s %s (%s)", what, cr.Hint, cr.ID)
	if cr.Crossing != nil {
		text += ". It crosses a boundary: " + cr.Crossing.Why
	}
	if at.Life != nil && at.Life.Commit != "" {
		text += ". Brought by commit " + at.Life.Commit[:min(10, len(at.Life.Commit))]
	}
	place := ""
	if at.Path != "" && at.Line > 0 {
		place = fmt.Sprintf("file=%s,line=%d,col=%d,", commandValue(at.Path), at.Line, at.Column)
	}
	fmt.Fprintf(g.c.out, "::%s %stitle=%s::%s\n", level, place, commandValue("sprawl: "+what), commandText(text))
}

// commandText escapes the message of a workflow command, and commandValue one
// of its properties, as the runner's toolkit does.
func commandText(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(printable(s))
}

func commandValue(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(commandText(s))
}

// markdown returns the report for the summary and the comment.
func (g *gate) markdown() string {
	var b bytes.Buffer
	_ = report.Markdown(&b, g.doc, report.Options{}) // a buffer takes everything
	return b.String()
}

// summary adds the report to the job's page.
func (g *gate) summary() error {
	return addTo(g.c.getenv("GITHUB_STEP_SUMMARY"), g.markdown())
}

// addTo appends to a file of the runner; without one there is nowhere to write.
func addTo(name, text string) error {
	if name == "" {
		return nil
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

// outputs tells the steps that follow what came of it.
func (g *gate) outputs(comment string) error {
	live, crossing := 0, 0
	for i := range g.doc.Credentials {
		if g.doc.Credentials[i].Verdict.State == sprawl.Live {
			live++
		}
		if g.doc.Credentials[i].Crossing != nil {
			crossing++
		}
	}
	var b strings.Builder
	for _, line := range [][2]string{
		{"exit-code", strconv.Itoa(g.doc.Exit)}, {"reason", g.reason()},
		{"credentials", strconv.Itoa(len(g.doc.Credentials))}, {"live", strconv.Itoa(live)}, {"crossings", strconv.Itoa(crossing)},
		{"bytes", strconv.FormatInt(g.doc.Receipt.Bytes, 10)}, {"complete", strconv.FormatBool(g.doc.Receipt.Complete)},
		{"sarif", g.f.sarif}, {"json", g.f.json}, {"comment", comment},
	} {
		fmt.Fprintf(&b, "%s=%s\n", line[0], oneLine(line[1]))
	}
	return addTo(g.c.getenv("GITHUB_OUTPUT"), b.String())
}

// reason is the exit code in a word.
func (g *gate) reason() string {
	switch {
	case g.c.getenv("SPRAWL_BYPASS") != "" && g.doc.Exit == exitClean:
		return "bypassed"
	case g.doc.Exit == exitFound:
		return "found"
	case g.doc.Exit == exitRequest:
		return "request"
	case g.doc.Exit == exitIncomplete:
		return "incomplete"
	}
	return "clean"
}

// commentMark tells our comment from others. It is not shown.
const commentMark = "<!-- sprawl: one comment, kept up to date -->"

// maxComments bounds how far back our comment is looked for.
const maxComments = 1000

type githubComment struct {
	ID      int64  `json:"id"`
	Body    string `json:"body"`
	HTMLURL string `json:"html_url"`
}

// comment writes the one comment on the pull request, and returns its address.
// A clean change gets none, unless there is one to be mended.
func (g *gate) comment(ctx context.Context) (address string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	at := fmt.Sprintf("/repos/%s/issues/%d/comments", g.at.project, g.at.number)
	var old *githubComment
	for page := 1; old == nil && page <= maxComments/100; page++ {
		var some []githubComment
		if err := g.api(ctx, http.MethodGet, fmt.Sprintf("%s?per_page=100&page=%d", at, page), nil, &some); err != nil {
			return "", err
		}
		for i := range some {
			if strings.HasPrefix(some[i].Body, commentMark) {
				old = &some[i]
			}
		}
		if len(some) < 100 {
			break
		}
	}
	method := http.MethodPost
	switch {
	case old != nil:
		method, at = http.MethodPatch, fmt.Sprintf("/repos/%s/issues/comments/%d", g.at.project, old.ID)
	case g.doc.Exit == exitClean && (g.pol == nil || len(g.pol.reviews) == 0):
		return "", nil
	}
	var now githubComment
	err = g.api(ctx, method, at, map[string]string{"body": commentMark + "\n" + g.markdown()}, &now)
	return now.HTMLURL, err
}

// api calls GitHub's REST interface, at the address that the runner names.
func (g *gate) api(ctx context.Context, method, path string, in, out any) error {
	token, root := g.c.getenv("GITHUB_TOKEN"), g.c.getenv("GITHUB_API_URL")
	if token == "" || root == "" {
		return errors.New("GITHUB_TOKEN and GITHUB_API_URL are needed for it: env: GITHUB_TOKEN: ${{ github.token }}")
	}
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, root+path, body)
	if err != nil {
		return errors.New("GITHUB_API_URL is no address")
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/vnd.github+json")
	req.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		var at *url.Error
		if errors.As(err, &at) {
			err = at.Err
		}
		return fmt.Errorf("%s does not answer: %w", req.URL.Host, err)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusForbidden || resp.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%s: the token may not do that; it needs permissions: pull-requests: write, and on changes from forks there is no such token", resp.Status)
	case resp.StatusCode/100 != 2:
		return errors.New(resp.Status)
	}
	return json.NewDecoder(io.LimitReader(resp.Body, 16<<20)).Decode(out)
}

// azure writes what Azure Pipelines shows beside the log.
func (g *gate) azure() {
	value := strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A", "]", "%5D", ";", "%3B")
	for i := range g.doc.Credentials {
		cr := &g.doc.Credentials[i]
		if i == maxAnnotations {
			return
		}
		level := "warning"
		if fails(cr, g.f.failOn) {
			level = "error"
		}
		for k := range cr.Locations[:min(1, len(cr.Locations))] {
			at := &cr.Locations[k]
			fmt.Fprintf(g.c.out, "##vso[task.logissue type=%s;sourcepath=%s;linenumber=%d;columnnumber=%d]%s\n",
				level, value.Replace(printable(at.Path)), at.Line, at.Column, value.Replace(oneLine(g.doc.About(cr.Rule)+" "+cr.Hint)))
		}
	}
}
