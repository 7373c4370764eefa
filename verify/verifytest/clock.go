package verifytest

import (
	"context"
	"io"
	"log"
	"sync"
	"time"
)

// quiet takes the place of the log in which a server notes broken handshakes,
// which are what the tests are about.
var quiet = log.New(io.Discard, "", 0)

// A Clock stands still but for those who sleep by it, so that a test of pauses
// takes no time. Its zero value stands at the zero time.
type Clock struct {
	mu   sync.Mutex
	now  time.Time
	held time.Duration
}

// NewClock returns a clock that stands at a fixed moment.
func NewClock() *Clock { return &Clock{now: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)} }

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Sleep moves the clock on.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d > 0 {
		c.now = c.now.Add(d)
		c.held += d
	}
	return ctx.Err()
}

// Slept returns for how long the clock was slept by.
func (c *Clock) Slept() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held
}
