package boundary

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// A row is a line of testdata/zones.tsv.
type row struct {
	at   sprawl.Location
	want []string // facet=value
}

func zoneRows(tb testing.TB) (all []row) {
	text, err := os.ReadFile("testdata/zones.tsv")
	if err != nil {
		tb.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 5 {
			tb.Fatalf("%q: want 5 fields", line)
		}
		for i := range f {
			f[i] = strings.TrimPrefix(f[i], "-")
		}
		r := row{at: sprawl.Location{Target: sprawl.Target(f[0]), Path: f[1], Key: f[2]}, want: strings.Fields(f[4])}
		for pair := range strings.FieldsSeq(f[3]) {
			k, v, _ := strings.Cut(pair, "=")
			if r.at.Says == nil {
				r.at.Says = map[string]string{}
			}
			r.at.Says[k] = v
		}
		all = append(all, r)
	}
	return all
}

// TestZones takes the table of places, and wants Explain to agree with Zone
// about each.
func TestZones(t *testing.T) {
	var p *Policy
	rows := zoneRows(t)
	if len(rows) < 400 {
		t.Errorf("only %d places", len(rows))
	}
	for _, r := range rows {
		z := p.Zone(&r.at)
		for _, want := range r.want {
			name, value, _ := strings.Cut(want, "=")
			if got := z.Get(name); got != value {
				t.Errorf("%s %s %s %v: %s is %q, want %q (%s)", r.at.Target, r.at.Path, r.at.Key, r.at.Says, name, got, value, source(z, name))
			}
		}
		if won := winners(p.Explain(&r.at)); !slices.Equal(won, z) {
			t.Errorf("%s %s: explained as %v, but the zone is %v", r.at.Target, r.at.Path, won, z)
		}
	}
}

func winners(all []Evidence) (z sprawl.Zone) {
	for _, e := range all {
		if e.Wins {
			z = append(z, e.Facet)
		}
	}
	return z
}

func source(z sprawl.Zone, facet string) string {
	for _, f := range z {
		if f.Name == facet {
			return f.Source
		}
	}
	return ""
}

func confidence(z sprawl.Zone, facet string) int {
	for _, f := range z {
		if f.Name == facet {
			return f.Confidence
		}
	}
	return -1
}

// TestEvidence wants the rule that fired to be named, and doubt to be shown.
func TestEvidence(t *testing.T) {
	z := func(path string) sprawl.Zone {
		return (*Policy)(nil).Zone(&sprawl.Location{Target: "git:.", Path: path})
	}
	for path, want := range map[string]string{
		"deploy/prod/app.yaml":  "path deploy/prod/",
		"deploy/.env.staging":   "file name .env.staging",
		"staging-prod-copy.yml": "file name staging-prod-copy.yml (ambiguous)",
	} {
		if got := source(z(path), "env"); got != want {
			t.Errorf("%s: source is %q, want %q", path, got, want)
		}
	}
	firm, loose := confidence(z("prod/a.yml"), "env"), confidence(z("prod-db/a.yml"), "env")
	fixture, both := confidence(z("tests/prod/a.yml"), "env"), confidence(z("staging-prod-copy.yml"), "env")
	if !(firm > loose && loose > sure && fixture == firm-fixturePenalty && fixture < sure && both < sure) {
		t.Errorf("confidences: firm %d, loose %d, fixture %d, ambiguous %d", firm, loose, fixture, both)
	}
}

// TestExplain wants the evidence in order of precedence, with what lost.
func TestExplain(t *testing.T) {
	p := mustPolicy(t, `
version = 1
[[zone]]
match = { path = "**/staging.yml" }
set = { env = "dev" }
`)
	at := &sprawl.Location{
		Target: "git:.", Path: "deploy/prod/staging.yml", Key: "test.QA_PASSWORD",
		Says: map[string]string{sprawl.SaysEnvironment: "live", sprawl.SaysNamespace: "dr-prod"},
	}
	var got []string
	for _, e := range p.Explain(at) {
		if e.Name == "env" {
			got = append(got, e.Rank.String()+" "+e.Value+" "+e.Source)
		}
	}
	want := []string{
		"policy dev p.toml:3 zone", "platform prod platform: environment", "manifest dr|prod platform: namespace (ambiguous)",
		"manifest test section test", "path staging file name staging.yml", "path prod path deploy/prod/", "name test name QA_PASSWORD",
	}
	// Of a namespace with two words one is everyday: only prod is sure.
	want[2] = "manifest prod platform: namespace"
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestTextOfCommitsHasNoPath keeps a ref called prod/x from being a file.
func TestTextOfCommitsHasNoPath(t *testing.T) {
	for _, k := range []sprawl.Kind{sprawl.KindCommit, sprawl.KindTag, sprawl.KindRef, sprawl.KindReflog, sprawl.KindConfig} {
		if z := (*Policy)(nil).Zone(&sprawl.Location{Target: "git:.", Kind: k, Path: "prod/x.yml"}); z.Get("env") != "" {
			t.Errorf("%s: env is %q", k, z.Get("env"))
		}
	}
}

// TestMayBeWord holds the quick look to the vocabulary.
func TestMayBeWord(t *testing.T) {
	known := 0
	for _, w := range strings.Fields(`prod production prd live dr failover standby staging stg preprod preproduction uat
		stage preview qa test testing sit e2e integration ci build dev development sbx develop sandbox lab demo local
		localhost nonprod nonproduction like`) {
		if _, how := lookUp([]byte(w)); how != nowhere {
			known++
		}
		for _, form := range []string{w, strings.ToUpper(w), w + "7"} {
			if !mayBeWord(form) {
				t.Errorf("%s is passed over", form)
			}
		}
	}
	if known != 33 {
		t.Errorf("%d words are known: is the list complete?", known)
	}
}

// FuzzZone wants an ordered zone of known values from any path, the same one
// that is explained.
func FuzzZone(f *testing.F) {
	for _, r := range zoneRows(f) {
		f.Add(string(r.at.Target), r.at.Path, r.at.Key, r.at.Says["environment"])
	}
	f.Fuzz(func(t *testing.T, target, path, key, env string) {
		var p *Policy
		at := &sprawl.Location{Target: sprawl.Target(target), Path: path, Key: key, Says: map[string]string{"environment": env}}
		z := p.Zone(at)
		if !slices.IsSortedFunc(z, func(a, b sprawl.Facet) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("not in order: %v", z)
		}
		for i, f := range z {
			if f.Value == "" || f.Source == "" || f.Confidence < 1 || f.Confidence > 100 {
				t.Errorf("bad facet %+v", f)
			}
			if i > 0 && z[i-1].Name == f.Name {
				t.Errorf("facet %s twice", f.Name)
			}
			if f.Name == "env" && parseClasses(f.Value).String() != f.Value {
				t.Errorf("env %q does not survive being read", f.Value)
			}
		}
		if won := winners(p.Explain(at)); !slices.Equal(won, z) {
			t.Errorf("explained as %v, but the zone is %v", won, z)
		}
	})
}

// TestZoneAllocates holds the common case, a path that names no environment, to
// memory that the caller has.
func TestZoneAllocates(t *testing.T) {
	var p *Policy
	at := &sprawl.Location{
		Target: "git+https://github.com/acme/api.git", Path: "src/main/java/com/acme/api/Client.java",
		Says: map[string]string{sprawl.SaysVisibility: "private", sprawl.SaysOwnerType: "organisation"},
	}
	room := make(sprawl.Zone, 0, 16)
	if n := testing.AllocsPerRun(100, func() { p.AppendZone(room, at) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkZone(b *testing.B) {
	for name, path := range map[string]string{
		"common": "src/main/java/com/acme/api/internal/http/Client.java",
		"worst":  "infrastructure/kubernetes/overlays/prod-eu/application-staging.yml",
	} {
		b.Run(name, func(b *testing.B) {
			at := &sprawl.Location{Target: "git+https://github.com/acme/api.git", Path: path, Says: map[string]string{sprawl.SaysVisibility: "private"}}
			room := make(sprawl.Zone, 0, 16)
			var p *Policy
			b.ReportAllocs()
			for b.Loop() {
				p.AppendZone(room, at)
			}
		})
	}
}
