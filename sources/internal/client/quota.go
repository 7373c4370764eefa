package client

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A quota keeps to what a platform says of its limits: GitHub's X-RateLimit
// headers (docs.github.com, "Rate limits for the REST API") and GitLab's
// RateLimit headers (docs.gitlab.com, "Rate limit headers"). A tenth of each
// limit is left for others who use the same token.
type quota struct {
	clock  Clock
	steady *rate.Limiter // nil without a rate of our own

	mu    sync.Mutex
	left  int       // requests of ours until reset; valid while reset is ahead
	reset time.Time // zero if the platform said nothing
}

// wait returns when the next request may be sent.
func (q *quota) wait(ctx context.Context, most time.Duration) error {
	if q.steady != nil {
		now := q.clock.Now()
		d := q.steady.ReserveN(now, 1).DelayFrom(now)
		if err := q.clock.Sleep(ctx, d); err != nil {
			return err
		}
	}
	for {
		until, ok := q.take()
		if ok {
			return ctx.Err()
		}
		d := until.Sub(q.clock.Now())
		if d > most {
			return fmt.Errorf("the platform's limit is used up until %s: run again then, or allow a longer wait", until.UTC().Format(time.RFC3339))
		}
		if err := q.clock.Sleep(ctx, d); err != nil {
			return err
		}
	}
}

// take takes one request from what is left, or returns when to come back.
func (q *quota) take() (until time.Time, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.reset.After(q.clock.Now()) {
		return until, true
	}
	if q.left <= 0 {
		return q.reset, false
	}
	q.left--
	return until, true
}

// learn takes in what an answer says of the limit. Of answers that overtook one
// another the lower count is right.
func (q *quota) learn(h http.Header) {
	limit, left, reset := number(h, "X-Ratelimit-Limit", "Ratelimit-Limit"), remaining(h), number(h, "X-Ratelimit-Reset", "Ratelimit-Reset")
	if limit <= 0 || left < 0 || reset <= 0 {
		return
	}
	at := time.Unix(int64(reset), 0)
	if reset < 1e9 { // some count seconds from now
		at = q.clock.Now().Add(time.Duration(reset) * time.Second)
	}
	ours := left - limit/10
	q.mu.Lock()
	defer q.mu.Unlock()
	if at.After(q.reset) || ours < q.left {
		q.left, q.reset = ours, at
	}
}

// pause is how long a platform that is busy asks to wait.
func (q *quota) pause(h http.Header, try int) time.Duration {
	if s := number(h, "Retry-After"); s >= 0 {
		return time.Duration(s) * time.Second
	}
	if at, err := http.ParseTime(h.Get("Retry-After")); err == nil {
		return max(0, at.Sub(q.clock.Now()))
	}
	if reset := number(h, "X-Ratelimit-Reset", "Ratelimit-Reset"); reset > 1e9 && remaining(h) == 0 {
		return max(time.Second, time.Unix(int64(reset), 0).Sub(q.clock.Now())+time.Second)
	}
	return 15 * time.Second << try // a secondary limit without a word: a minute and more
}

// remaining returns how many requests the platform says are left; -1 if it says
// nothing.
func remaining(h http.Header) int { return number(h, "X-Ratelimit-Remaining", "Ratelimit-Remaining") }

// number returns the first of headers that is a number, or -1.
func number(h http.Header, names ...string) int {
	for _, name := range names {
		if n, err := strconv.Atoi(h.Get(name)); err == nil && n >= 0 {
			return n
		}
	}
	return -1
}

// systemClock is the Clock of real runs.
type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
