package verify

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A Clock tells the time and waits. Sleep returns early, with ctx.Err(), when
// ctx is done.
type Clock interface {
	Now() time.Time
	Sleep(ctx context.Context, d time.Duration) error
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A pace keeps to the rate and concurrency of one issuer.
type pace struct {
	clock   Clock
	limiter *rate.Limiter
	slots   chan struct{}

	// Where several processes share the pace.
	issuer  string
	reserve func(ctx context.Context, issuer string, every time.Duration, at time.Time) (time.Duration, error)

	mu    sync.Mutex
	until time.Time // before which the issuer asked to be left alone
}

// share lets other processes take turns with this one, if reserve is not nil.
func (p *pace) share(issuer string, reserve func(context.Context, string, time.Duration, time.Time) (time.Duration, error)) {
	p.issuer, p.reserve = issuer, reserve
}

// shared waits until it is this process's turn. A register that can't be
// written keeps nobody waiting: the pace within the process is kept all the
// same.
func (p *pace) shared(ctx context.Context, every time.Duration) error {
	if p.reserve == nil {
		return nil
	}
	wait, err := p.reserve(ctx, p.issuer, every, p.clock.Now())
	if err != nil || wait <= 0 {
		return ctx.Err()
	}
	return p.clock.Sleep(ctx, min(wait, maxPause))
}

func newPace(clock Clock, perSecond float64, concurrency int) *pace {
	return &pace{
		clock: clock, slots: make(chan struct{}, concurrency),
		limiter: rate.NewLimiter(rate.Limit(perSecond), 1),
	}
}

// enter waits for a slot; leave gives it back.
func (p *pace) enter(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *pace) leave() { <-p.slots }

// turn waits until the next request may be sent. It returns false, at once,
// where that is more than maxPause away.
func (p *pace) turn(ctx context.Context) (bool, error) {
	for {
		wait := p.paused()
		if wait > maxPause {
			return false, nil
		}
		if wait <= 0 {
			break
		}
		if err := p.clock.Sleep(ctx, wait); err != nil {
			return false, err
		}
	}
	now := p.clock.Now()
	if err := p.clock.Sleep(ctx, p.limiter.ReserveN(now, 1).DelayFrom(now)); err != nil {
		return false, err
	}
	return true, p.shared(ctx, time.Duration(float64(time.Second)/float64(p.limiter.Limit())))
}

func (p *pace) paused() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.until.Sub(p.clock.Now())
}

// pause leaves the issuer alone for d.
func (p *pace) pause(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := p.clock.Now().Add(d); until.After(p.until) {
		p.until = until
	}
}

// maxPause is the longest that one credential waits because its issuer said
// so. maxRetryAfter bounds what an issuer may ask for.
const (
	maxPause      = time.Minute
	maxRetryAfter = 24 * time.Hour
)

// retryAfter reads a Retry-After header (RFC 9110, section 10.2.3): seconds,
// or a date. It returns 0 where there is none.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseUint(text, 10, 32); err == nil {
		return min(time.Duration(n)*time.Second, maxRetryAfter)
	}
	if when, err := http.ParseTime(text); err == nil {
		return min(max(when.Sub(now), 0), maxRetryAfter)
	}
	return 0
}
