package report

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	nethtml "golang.org/x/net/html"
)

// browser returns a context with a page of a real browser in it, and the
// complaints that the page has made so far.
func browser(t *testing.T) (context.Context, func() []string) {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("needs Chromium")
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.WindowSize(1300, 900))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), flags...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(stop)
	complaints := make(chan string, 1000)
	err := chromedp.Listen(ctx, func(e any) {
		switch e := e.(type) {
		case *runtime.EventExceptionThrown:
			complaints <- "exception: " + e.ExceptionDetails.Text
		case *runtime.EventConsoleAPICalled:
			complaints <- "console: " + string(e.Type)
		case *log.EventEntryAdded:
			complaints <- "log: " + e.Entry.Text
		case *page.EventJavascriptDialogOpening:
			complaints <- "dialog: " + e.Message
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return ctx, func() (all []string) {
		for {
			select {
			case c := <-complaints:
				all = append(all, c)
			default:
				return all
			}
		}
	}
}

// show opens the HTML report of d.
func show(t *testing.T, ctx context.Context, d *Document) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(name, render(t, HTML, d, Options{}), 0o600); err != nil {
		t.Fatal(err)
	}
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(name)}
	if err := chromedp.Do(ctx, chromedp.Navigate(address.String()), chromedp.WaitVisible("#list")); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, ctx context.Context, what string, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// expect runs an expression of JavaScript until it has the value want: pages
// paint when they please.
func expect(t *testing.T, ctx context.Context, what, expression string, want string) {
	t.Helper()
	_, err := chromedp.Run(ctx, chromedp.Poll[bool](`String(`+expression+`) === `+quoted(want), chromedp.WithPollingTimeout(10*time.Second)))
	if err != nil {
		got, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`String(`+expression+`)`))
		t.Errorf("%s: %s is %q, want %q: %v", what, expression, got, want, err)
	}
}

// do runs JavaScript for what it does.
func do(script string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (v chromedp.Void, err error) {
		_, err = chromedp.Evaluate[bool](script+"; true")(ctx, target)
		return v, err
	}
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// TestHTMLPage uses the page as people do: search, filters, tiles, picture,
// keys, theme.
func TestHTMLPage(t *testing.T) {
	ctx, complaints := browser(t)
	d := demo(40)
	show(t, ctx, d)
	count := `document.getElementById("count").textContent`
	open := `!document.getElementById("drawer").hidden`
	title := `document.querySelector("#drawer h2")?.textContent`
	first := d.ordered()
	expect(t, ctx, "at first", count, "40 credentials")
	live := 0
	for _, c := range first {
		if c.Verdict.State == "live" {
			live++
		}
	}

	run(t, ctx, "search", chromedp.SendKeys("#search", "SLACK bot"))
	slack := `[...document.querySelectorAll(".row .h")].every((e) => e.textContent === "Slack bot token") && document.querySelectorAll(".row").length > 0`
	expect(t, ctx, "searched", slack, "true")
	run(t, ctx, "search for nothing", chromedp.SendKeys("#search", " nowhere"))
	expect(t, ctx, "nothing found", count, "0 of 40")
	run(t, ctx, "escape", chromedp.KeyEvent(kb.Escape))
	expect(t, ctx, "cleared", count, "40 credentials")

	run(t, ctx, "state", chromedp.SetValue("#by-state", "live"), do(`document.getElementById("by-state").dispatchEvent(new Event("change"))`))
	expect(t, ctx, "live ones", count, jsCount(live))
	expect(t, ctx, "live tile", `document.querySelectorAll(".tile")[1].getAttribute("aria-pressed")`, "true")
	run(t, ctx, "tile off", chromedp.Click(".tile:nth-child(2)"))
	expect(t, ctx, "cleared by the tile", count, "40 credentials")

	run(t, ctx, "keys", chromedp.Focus("#list"), chromedp.KeyEvent("jj"), chromedp.KeyEvent(kb.Enter))
	expect(t, ctx, "opened the second", open, "true")
	expect(t, ctx, "its title", title, d.about(first[1].Rule))
	expect(t, ctx, "its address", `decodeURIComponent(location.hash)`, "#"+first[1].ID)
	expect(t, ctx, "focus", `document.activeElement.id`, "drawer-title")
	run(t, ctx, "next", chromedp.KeyEvent("j"))
	expect(t, ctx, "the third", `decodeURIComponent(location.hash)`, "#"+first[2].ID)
	run(t, ctx, "close", chromedp.KeyEvent(kb.Escape))
	expect(t, ctx, "closed", open, "false")
	expect(t, ctx, "focus is back", `document.activeElement.id`, "list")

	run(t, ctx, "picture", chromedp.Focus(".region.prod"), chromedp.KeyEvent(kb.Enter))
	expect(t, ctx, "only production", `[...document.querySelectorAll(".row")].every((r) => r.textContent.includes("Production")) && document.querySelectorAll(".row").length > 0`, "true")
	run(t, ctx, "clear", chromedp.Click("#clear"))
	run(t, ctx, "another picture", chromedp.Click(`[data-dim="unit"]`))
	expect(t, ctx, "repositories", `[...document.querySelectorAll(".rname")].some((e) => e.textContent === "acme/api")`, "true")

	was := `document.documentElement.dataset.theme`
	run(t, ctx, "theme", do(was+` = "light"`), chromedp.Focus("#list"), chromedp.KeyEvent("t"))
	expect(t, ctx, "dark", was, "dark")
	run(t, ctx, "help", chromedp.KeyEvent("?"))
	expect(t, ctx, "help", `document.getElementById("help").hidden`, "false")
	if all := complaints(); len(all) > 0 {
		t.Errorf("the page complains: %q", all)
	}
}

func jsCount(n int) string { return count(int64(n)) + " of 40" }

// TestHTMLHostile fills every text with what would run, load or mislead, and
// wants none of it to.
func TestHTMLHostile(t *testing.T) {
	ctx, complaints := browser(t)
	attack := `</script><script>window.owned=1</script>"><img src=x onerror="window.owned=1"><a href="javascript:window.owned=1">x</a><style>*{display:none}</style>` +
		"<!--<script>\u202e\x1b[2J\u2028${window.owned=1}'-alert(1)-'"
	d := hostile(attack, attack, attack, 5, 7)
	d.Credentials[0].ID = attack
	d.Docs = func(string) string { return "javascript:window.owned=1" }
	d.Tool, d.Version = attack, attack
	d.Credentials[0].Locations[0].Zone[0].Value = attack
	d.Credentials[0].Locations[0].Life.Commit = attack
	show(t, ctx, d)
	run(t, ctx, "open", chromedp.Focus("#list"), chromedp.KeyEvent("j"), chromedp.KeyEvent(kb.Enter))
	expect(t, ctx, "opened", `document.getElementById("drawer").hidden`, "false")
	expect(t, ctx, "nothing ran", `typeof window.owned`, "undefined")
	expect(t, ctx, "nothing was made", `document.querySelectorAll("img, iframe, object, a[href^=javascript], script").length`, "2")
	expect(t, ctx, "it is shown", `document.body.innerText.includes("<img src=x onerror")`, "true")
	expect(t, ctx, "nothing misleads", `/[\u202a-\u202e\u2066-\u2069\u001b\u2028]/.test(document.documentElement.outerHTML)`, "false")
	if all := complaints(); len(all) > 0 {
		t.Errorf("the page complains: %q", all)
	}
	// And were there markup, the policy would stop it.
	expect(t, ctx, "policy", `(() => { try { document.body.innerHTML = "x"; return "" } catch (e) { return e.name } })()`, "TypeError")
	expect(t, ctx, "inline handler", `(() => { try { document.body.setAttribute("onclick", "window.owned=1"); return "" } catch (e) { return e.name } })()`, "TypeError")
	run(t, ctx, "script", do(`const s = document.createElement("script"); try { s.append("window.owned=1"); document.body.append(s) } catch { }`))
	expect(t, ctx, "no script ran", `typeof window.owned`, "undefined")
}

// TestHTMLLarge wants thousands of credentials to cost no more nodes than a
// screen of them.
func TestHTMLLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("shows 5,000 credentials")
	}
	ctx, complaints := browser(t)
	d := demo(5000)
	for range 3000 {
		d.Credentials[0].Locations = append(d.Credentials[0].Locations, d.Credentials[0].Locations[0])
	}
	show(t, ctx, d)
	nodes := `document.querySelectorAll("*").length < 1500`
	expect(t, ctx, "all are there", `document.getElementById("count").textContent`, "5,000 credentials")
	expect(t, ctx, "few nodes", nodes, "true")
	run(t, ctx, "to the end", chromedp.Focus("#list"), chromedp.KeyEvent(kb.End))
	expect(t, ctx, "the last", `document.querySelector(".row[aria-selected=true]")?.getAttribute("aria-rowindex")`, "5000")
	expect(t, ctx, "few nodes at the end", nodes, "true")
	run(t, ctx, "open one with many places", chromedp.SendKeys("#search", d.Credentials[0].ID), chromedp.KeyEvent(kb.Enter))
	expect(t, ctx, "opened", `document.querySelector("#drawer")?.textContent.includes("more, which the JSON report has")`, "true")
	expect(t, ctx, "few nodes with many places", nodes, "true")
	if all := complaints(); len(all) > 0 {
		t.Errorf("the page complains: %q", all)
	}
}

// checkHTML looks at the file as a parser sees it: our elements, one block of
// data that is JSON, and no address that a browser would fetch.
func checkHTML(t *testing.T, out []byte) {
	var doc htmlDocument
	scripts, inData := 0, false
	z := nethtml.NewTokenizer(bytes.NewReader(out))
	for z.Next() != nethtml.ErrorToken {
		tok := z.Token()
		switch tok.Type {
		case nethtml.StartTagToken:
			scripts += strings.Count(tok.Data, "script") - strings.Count(tok.Data, "noscript")
			inData = tok.Data == "script" && len(tok.Attr) > 0
			for _, a := range tok.Attr {
				if a.Key == "src" || a.Key == "href" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("<%s %s=%q>", tok.Data, a.Key, a.Val)
				}
			}
		case nethtml.TextToken:
			if inData {
				if err := json.Unmarshal([]byte(tok.Data), &doc); err != nil {
					t.Errorf("the data is no JSON: %v", err)
				}
				inData = false
			}
		}
	}
	if scripts != 2 {
		t.Errorf("%d scripts", scripts)
	}
	if r, bad := obeyed(strings.ReplaceAll(string(out), "\t", "")); bad {
		t.Errorf("holds %U", r)
	}
}

// TestHTMLAsksNobody wants no address in the page but those of vendors' pages,
// which are data, and standards' names.
func TestHTMLAsksNobody(t *testing.T) {
	for _, part := range []string{htmlPage, htmlStyle, htmlDOM, htmlPicture, htmlList, htmlCredential, htmlApp} {
		for _, address := range regexp.MustCompile(`(https?:)?//[a-z][^\s"'`+"`"+`)]*`).FindAllString(part, -1) {
			if address != "http://www.w3.org/2000/svg" {
				t.Errorf("address %q in the page", address)
			}
		}
		if regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|fetch\(|XMLHttpRequest|import\(`).MatchString(part) {
			t.Error("the page makes markup of text, or asks for something")
		}
	}
	checkHTML(t, render(t, HTML, sample(), Options{}))
	checkHTML(t, render(t, HTML, clean(), Options{}))
}

func BenchmarkHTML(b *testing.B) {
	d := demo(5000)
	b.ReportAllocs()
	for b.Loop() {
		render(b, HTML, d, Options{})
	}
}
