package boundary

import (
	"fmt"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// estate returns n credentials in each places, as a large organisation has them:
// most in one zone, some across repositories and environments.
func estate(n, each int) []sprawl.Credential {
	envs := []string{"src/main", "deploy/prod", "deploy/staging", "config", "charts/api", "docs"}
	cs := make([]sprawl.Credential, n)
	for i := range cs {
		c := &cs[i]
		c.ID = fmt.Sprintf("cr_%d", i)
		c.Locations = make([]sprawl.Location, each)
		for k := range c.Locations {
			repo, dir := i%500, "src/main"
			if i%10 == 0 {
				repo, dir = (i+k/4)%500, envs[k%len(envs)]
			}
			c.Locations[k] = sprawl.Location{
				Target: sprawl.Target(fmt.Sprintf("git+https://git.example.test/acme/service-%d", repo)),
				Path:   fmt.Sprintf("%s/component-%d/settings.yml", dir, k), Life: &sprawl.Life{InHead: true, When: now},
			}
		}
	}
	return cs
}

// BenchmarkCross crosses 50,000 credentials in 1,000,000 places whose zones are
// known, as from a register.
func BenchmarkCross(b *testing.B) {
	var p *Policy
	cs := estate(50_000, 20)
	p.Judge(cs, now)
	j := judge{p: p, now: now}
	b.ReportAllocs()
	for b.Loop() {
		for i := range cs {
			j.cross(&cs[i])
		}
	}
}

// BenchmarkJudge does all of it for the same, zones and risks included.
func BenchmarkJudge(b *testing.B) {
	var p *Policy
	cs := estate(50_000, 20)
	b.ReportAllocs()
	for b.Loop() {
		p.Judge(cs, now)
	}
}

// BenchmarkOne crosses one credential that lies in 20,000 repositories.
func BenchmarkOne(b *testing.B) {
	var p *Policy
	c := credential()
	for i := range 20_000 {
		c.Locations = append(c.Locations, sprawl.Location{Target: sprawl.Target(fmt.Sprintf("git:r%d", i)), Path: "prod/a.yml"})
	}
	cs := []sprawl.Credential{*c}
	for b.Loop() {
		p.Judge(cs, now)
	}
}
