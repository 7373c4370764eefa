package verify

import (
	"context"
	"sync"
	"time"
)

// Attempts keeps passwords from being tried so often that an account is locked.
// A register's store is one, for all that share it.
type Attempts interface {
	// Attempt reports whether account may be tried on the day of at, and notes
	// that it was. It may be called from any goroutine.
	Attempt(ctx context.Context, account string, at time.Time) (bool, error)
}

// attempts remembers those of one process.
type attempts struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// Attempt allows one attempt in 24 hours.
func (a *attempts) Attempt(_ context.Context, account string, at time.Time) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if last, ok := a.last[account]; ok && at.Sub(last) < 24*time.Hour {
		return false, nil
	}
	if a.last == nil {
		a.last = map[string]time.Time{}
	}
	a.last[account] = at
	return true, nil
}

// mayTry asks whether a login is within what an account bears. A control names
// an account that nobody has.
func (c *Client) mayTry(ctx context.Context, q *question) string {
	if !q.login() || q.control {
		return ""
	}
	user, _ := q.finding.Part("user")
	ok, err := c.o.Attempts.Attempt(ctx, q.issuer.ID+" "+q.base.Host+" "+user.Reveal(), c.o.Clock.Now())
	switch {
	case err != nil:
		return "not asked: it can't be told whether this account was tried before"
	case !ok:
		return "not asked: this account was tried within a day"
	}
	return ""
}
