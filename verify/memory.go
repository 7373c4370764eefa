package verify

import (
	"context"
	"sync"
)

// memory remembers results by key, and works each out once however many
// goroutines ask at the same time. Its zero value is empty.
type memory[T any] struct {
	mu sync.Mutex
	m  map[[32]byte]*result[T]
}

type result[T any] struct {
	done  chan struct{}
	value T
	keep  bool
}

// get returns the result of key. work says whether its result is to be kept;
// if not, whoever waited for it works in turn. The error is ctx's.
func (m *memory[T]) get(ctx context.Context, key [32]byte, work func() (T, bool)) (T, error) {
	for {
		r, mine := m.claim(key)
		if mine {
			m.work(key, r, work)
			return r.value, nil
		}
		select {
		case <-r.done:
			if r.keep {
				return r.value, nil
			}
		case <-ctx.Done():
			var none T
			return none, ctx.Err()
		}
	}
}

func (m *memory[T]) claim(key [32]byte) (r *result[T], mine bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r = m.m[key]; r != nil {
		return r, false
	}
	if m.m == nil {
		m.m = map[[32]byte]*result[T]{}
	}
	r = &result[T]{done: make(chan struct{})}
	m.m[key] = r
	return r, true
}

// work fills in r. It lets the others go even where work panics.
func (m *memory[T]) work(key [32]byte, r *result[T], work func() (T, bool)) {
	defer func() {
		if !r.keep {
			m.mu.Lock()
			delete(m.m, key)
			m.mu.Unlock()
		}
		close(r.done)
	}()
	r.value, r.keep = work()
}
