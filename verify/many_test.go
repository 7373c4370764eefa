package verify_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/verify"
	"github.com/seed-5dd601fe/sprawl/verify/verifytest"
)

// crowd returns n credentials that an issuer accepts, and the issuer, which
// counts what it is asked and takes its time.
func crowd(t testing.TB, n int, latency time.Duration) (fs []sprawl.Finding, url string, asked *atomic.Int64) {
	alive := map[string]bool{}
	for range n {
		text := "gh" + "p_" + (rand.Text() + rand.Text())[:36]
		alive[text] = true
		fs = append(fs, sprawl.Finding{Rule: "github-pat", Issuer: "github", Confidence: 90, Parts: []sprawl.Part{
			{Name: "key", Value: sprawl.NewSecret([]byte(text), 4)},
		}})
	}
	asked = &atomic.Int64{}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		time.Sleep(latency)
		if alive[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")] {
			verifytest.SayJSON(w, http.StatusOK, `{"login":"ann"}`)
			return
		}
		verifytest.SayJSON(w, http.StatusUnauthorized, `{"message":"Bad credentials"}`)
	}))
	t.Cleanup(web.Close)
	return fs, web.URL, asked
}

// askAll asks about every finding, copies times, sixteen at a time, and returns
// how many are alive.
func askAll(t testing.TB, url string, fs []sprawl.Finding, copies int, clock verify.Clock) int64 {
	is, err := verify.Load("rules.toml", sprawl.RulesTOML)
	if err != nil {
		t.Fatal(err)
	}
	c, err := is.NewClient(verify.Options{
		Hosts: map[string]string{"github": url}, Rates: map[string]float64{"github": 1000}, Concurrency: 16, Clock: clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var live, next atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(fs)*copies; i = int(next.Add(1)) - 1 {
				if c.Ask(context.Background(), &fs[i%len(fs)]).State == sprawl.Live {
					live.Add(1)
				}
			}
		})
	}
	wg.Wait()
	return live.Load()
}

// TestOneRequestEach asks about 10,000 findings of 1,000 credentials: 1,000
// requests and the control, and not one more.
func TestOneRequestEach(t *testing.T) {
	fs, url, asked := crowd(t, 1000, 0)
	if live := askAll(t, url, fs, 10, verifytest.NewClock()); live != 10_000 {
		t.Errorf("%d of 10,000 findings live", live)
	}
	if n := asked.Load(); n != 1001 {
		t.Errorf("%d requests: want 1,000 and the control", n)
	}
}

// BenchmarkThousand asks about 1,000 credentials at an issuer that takes 50 ms
// for each answer, sixteen at a time.
func BenchmarkThousand(b *testing.B) {
	fs, url, _ := crowd(b, 1000, 50*time.Millisecond)
	for b.Loop() {
		if live := askAll(b, url, fs, 1, verify.SystemClock()); live != 1000 {
			b.Fatalf("%d live", live)
		}
	}
}
