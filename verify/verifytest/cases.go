package verifytest

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/verify"
)

// A case is one way in which a question can be answered.
type contractCase struct {
	name     string
	behave   Behaviour
	state    sprawl.State
	reason   string // how it begins
	requests int    // that it takes; -1 where some may be given up before they arrive
	timeout  time.Duration
}

// cases returns what an issuer, or whatever stands between, can answer.
func cases(a *verify.Ask) []contractCase {
	live, dead := a.Live[0], a.Dead[0]
	all := []contractCase{
		{name: "garbage", behave: always(live.Status[0], "application/json", "{\x00[[[}"), reason: "malformed: ", requests: 1},
		{name: "half a body", behave: always(live.Status[0], "application/json", live.Example[:len(live.Example)/2]), reason: "malformed: ", requests: 1},
		{name: "two bodies", behave: always(live.Status[0], "application/json", live.Example+live.Example), reason: "malformed: ", requests: 1},
		{name: "empty", behave: always(live.Status[0], "application/json", ""), reason: "malformed: ", requests: 1},
		{name: "other JSON", behave: always(live.Status[0], "application/json", `{"zq":1}`), reason: "no evidence: ", requests: 1},
		{name: "text", behave: always(live.Status[0], "text/plain", live.Example), reason: "not JSON: ", requests: 1},
		{name: "no type", behave: always(live.Status[0], "", live.Example), requests: 1},
		{name: "captive portal", behave: always(200, "text/html", "<html>Welcome to the hotel"), reason: "html: ", requests: 1},
		{name: "live as HTML", behave: always(live.Status[0], "text/html", live.Example), reason: "html: ", requests: 1},
		{name: "dead as HTML", behave: always(dead.Status[0], "text/html", dead.Example), reason: "html: ", requests: 1},
		{name: "other 401", behave: always(401, "application/json", `{"zq":"proxy login"}`), reason: "401 from ", requests: 1},
		{name: "firewall", behave: always(403, "text/html", "<html>Request blocked"), reason: "html: ", requests: 1},
		{name: "forbidden", behave: always(403, "application/json", `{"zq":"no"}`), reason: "403 from ", requests: 1},
		{name: "not found", behave: always(404, "application/json", `{"zq":"no"}`), reason: "404 from ", requests: 1},
		{name: "too many", behave: always(429, "application/json", `{"zq":"no"}`), reason: "rate limited: 429 ", requests: 3},
		{name: "broken", behave: always(500, "application/json", `{"zq":"no"}`), reason: "500 from ", requests: 3},
		{name: "bad gateway", behave: always(502, "text/html", "<html>502"), reason: "html: 502 ", requests: 3},
		{name: "slow", behave: slow, reason: "time-out: ", requests: -1, timeout: 50 * time.Millisecond},
		{name: "slow body", behave: slowBody, reason: "time-out: ", requests: -1, timeout: 50 * time.Millisecond},
		{name: "cut off", behave: cutOff, reason: "cut off: ", requests: 1},
		{name: "cut off in the body", behave: cutOffBody, reason: "cut off: ", requests: 1},
		{name: "endless", behave: endless, reason: "too large: ", requests: 1},
		{name: "long header", behave: longHeader, requests: 1},
		{name: "accepts anything", behave: accept(&live), reason: "control: the endpoint accepts anything", requests: 2},
		{name: "control unanswered", behave: onlyAlive(403), reason: "control: no answer", requests: 2},
	}
	for i := range all {
		all[i].state = sprawl.Unknown
	}
	for i := range a.Live {
		all = append(all, contractCase{name: fmt.Sprintf("live %d", i), behave: aliveSay(&a.Live[i]), state: sprawl.Live, reason: fmt.Sprint(a.Live[i].Status[0]), requests: 2})
	}
	for i := range a.Dead {
		all = append(all, contractCase{name: fmt.Sprintf("dead %d", i), behave: accept(&a.Dead[i]), state: sprawl.Dead, reason: fmt.Sprint(a.Dead[i].Status[0]), requests: 1})
	}
	return all
}

// always answers everything with the same.
func always(status int, kind, body string) Behaviour {
	return func(w http.ResponseWriter, _ *http.Request, _ bool, _ int) bool {
		w.Header()["Content-Type"] = nil // so that none is guessed
		if kind != "" {
			w.Header().Set("Content-Type", kind)
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
		return true
	}
}

// accept gives everybody the same answer of the entry.
func accept(a *verify.Answer) Behaviour {
	return func(w http.ResponseWriter, _ *http.Request, _ bool, _ int) bool {
		Say(w, a)
		return true
	}
}

// aliveSay answers the living with a, and the others as usual.
func aliveSay(a *verify.Answer) Behaviour {
	return func(w http.ResponseWriter, _ *http.Request, alive bool, _ int) bool {
		if alive {
			Say(w, a)
		}
		return alive
	}
}

// onlyAlive answers all but the living with a status that says nothing.
func onlyAlive(status int) Behaviour {
	return func(w http.ResponseWriter, _ *http.Request, alive bool, _ int) bool {
		if !alive {
			SayJSON(w, status, `{"zq":"no"}`)
		}
		return !alive
	}
}

// slow never answers.
func slow(_ http.ResponseWriter, r *http.Request, _ bool, _ int) bool {
	<-r.Context().Done()
	return true
}

// slowBody begins to answer.
func slowBody(w http.ResponseWriter, r *http.Request, _ bool, _ int) bool {
	SayJSON(w, 200, `{"ok":`)
	w.(http.Flusher).Flush()
	<-r.Context().Done()
	return true
}

func cutOff(http.ResponseWriter, *http.Request, bool, int) bool { panic(http.ErrAbortHandler) }

// cutOffBody promises more than it sends.
func cutOffBody(w http.ResponseWriter, _ *http.Request, _ bool, _ int) bool {
	w.Header().Set("Content-Length", "1000")
	SayJSON(w, 200, `{"ok":`)
	return true
}

// endless sends white space, which JSON allows, until the client hangs up.
func endless(w http.ResponseWriter, r *http.Request, _ bool, _ int) bool {
	w.Header().Set("Content-Type", "application/json")
	line := strings.Repeat(" ", 4096)
	for r.Context().Err() == nil {
		if _, err := io.WriteString(w, line); err != nil {
			break
		}
	}
	return true
}

func longHeader(w http.ResponseWriter, _ *http.Request, _ bool, _ int) bool {
	w.Header().Set("X-Long", strings.Repeat("x", 1<<20))
	SayJSON(w, 200, `{}`)
	return true
}
