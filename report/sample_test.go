package report

import (
	"math/rand/v2"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// Strings that try to do something to whoever reads a report.
const (
	hostilePath   = "config/\x1b[2J\x1b]0;owned\x07\r\nfake: 0 credentials\u202egpj.exe\u2028\xff\xfe.yml"
	hostileAuthor = "Eve \x1b[31m\u202e<eve@example.test>\x00\u0085\u200b"
	hostileRef    = "refs/heads/x\x1b[1m[click](https://evil.example)"
)

func id(n byte) (id sprawl.ID) {
	for i := range 20 {
		id[i] = n + byte(i)
	}
	return id
}

func day(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 12, 30, 0, 0, time.UTC) }

func env(value, source string) sprawl.Zone {
	return sprawl.Zone{{Name: "custody", Value: "plaintext-config", Source: "path", Confidence: 70}, {Name: "env", Value: value, Source: source, Confidence: 70}}
}

// sample is a run that has one of everything.
func sample() *Document {
	return &Document{
		Tool: "sprawl", Version: "1.2.3", Targets: []sprawl.Target{"git:."}, Exit: 3,
		Notes:   []string{"no key was given, so the ids change from run to run"},
		Started: day(2026, 11, 21),
		Advise: func(c *sprawl.Credential) sprawl.Advice {
			return map[string]sprawl.Advice{"github": {
				Issuer: "GitHub", Revoke: "Settings › Developer settings › Tokens", Rotate: "make a fine-grained one",
				Instead: "GITHUB_TOKEN in workflows", Docs: "https://docs.github.com/authentication",
			}}[c.Issuer]
		},
		About: func(rule string) string {
			return map[string]string{"github-pat": "GitHub personal access token, classic", "slack-bot-token": "Slack bot token"}[rule]
		},
		Docs: func(rule string) string {
			return map[string]string{"github-pat": "https://docs.github.com/authentication", "generic-password": "javascript:alert(1)"}[rule]
		},
		Credentials: []sprawl.Credential{generic(), live(), dead()},
		Receipt: sprawl.Receipt{
			Bytes: 4_312_000_000, Scanned: 551_000_000, Objects: 930_314, Commits: 107_661, Refs: 5, Rules: 80,
			Elapsed: 2140 * time.Millisecond,
			Gaps: []sprawl.Gap{
				{Target: "git:.", What: "object 3f2a9c", Why: "is beyond the shallow boundary"},
				{Target: "git:.", What: "\x1b[2Jfile", Why: "open: permission denied"},
			},
			Exposures: []sprawl.Exposure{{
				Kind: "breadth", At: sprawl.Location{Target: "github://github.com/acme", Path: "secrets/DEPLOY", Key: "DEPLOY", Says: map[string]string{"visibility": "all"}},
				Why: "every repository can use the secret \x1b[31mDEPLOY", Fix: "give it to selected repositories", Since: day(2025, 1, 2),
			}},
			Skipped: []sprawl.Gap{
				{Target: "git:.", What: "a.png", Why: "is a picture"}, {Target: "git:.", What: "b.png", Why: "is a picture"},
				{Target: "git:.", What: "lib", Why: "is a submodule; scan it by itself"},
			},
		},
	}
}

func live() sprawl.Credential {
	return sprawl.Credential{
		ID: "cr_live", Rule: "github-pat", Issuer: "github", Tier: sprawl.Structured, Hint: "gh" + "p_…(40)",
		Confidence: 99, Risk: 84, Facts: []sprawl.Fact{{Name: sprawl.FactAccount, Value: "acme"}, {Name: sprawl.FactMode, Value: "live"}},
		Verdict: sprawl.Verdict{
			State: sprawl.Live, Account: "octo\x1b[5mcat", Scopes: []string{"admin:org", "repo"},
			Expires: day(2027, 1, 2), At: day(2026, 11, 21),
		},
		Crossing: &sprawl.Crossing{Facets: []string{"env"}, Why: "lies in staging (.env.staging, in history only) and in production (deploy/prod/app.yaml)",
			Facet: "env", From: "staging", To: "prod", Points: 22, Confidence: 70,
			Sides: []sprawl.Side{
				{Name: "staging", Copies: 1, Where: ".env.staging, in history only", Zone: env("staging", "file name .env.staging")[1:]},
				{Name: "production", Copies: 1, Where: "deploy/prod/app.yaml", Zone: env("prod", "path deploy/prod/")[1:]},
			}},
		Reasons: []sprawl.Reason{{Part: "validity", Points: 40, Why: "it works"}, {Part: "crossing", Points: 22, Why: "staging and production"}, {Part: "privilege", Points: 20, Why: "may admin:org"}, {Part: "lifetime", Points: 2, Why: "ends by itself"}},
		Owner:   &sprawl.Owner{Name: "team-web", Source: "CODEOWNERS"},
		Home:    env("prod", "its account")[1:],
		Allowed: []sprawl.Allowance{{Facets: []string{"env"}, Owner: "ada", Reason: "until the move is done", Until: day(2026, 1, 31), Expired: true}},
		Locations: []sprawl.Location{
			{
				Side: 1, Target: "git:.", Object: id(1), Path: ".env.staging", Start: 120, End: 160, Line: 7, Column: 12, EndLine: 7, EndColumn: 52,
				Zone: env("staging", "file name .env.staging"),
				Life: &sprawl.Life{
					Object: id(1), Versions: 3, Commit: id(7).String(), Author: "Ada Lovelace <ada@example.test>", When: day(2024, 3, 2),
					Removed: id(9).String(), RemovedAt: day(2024, 4, 1),
				},
			},
			{
				Side: 2, Target: "git:.", Object: id(2), Path: "deploy/prod/app.yaml", Start: 33, End: 89, Line: 3, Column: 10, EndLine: 3, EndColumn: 66,
				Key: "stringData.TOKEN", Encoding: []string{"base64"}, Zone: env("prod", "path deploy/prod/"),
				Life: &sprawl.Life{
					Object: id(2), Versions: 1, Commit: id(8).String(), Author: "Ada Lovelace <ada@example.test>", When: day(2024, 3, 3),
					InHead: true, HeadObject: id(2), Refs: []string{"refs/heads/main", hostileRef}, RefCount: 4,
				},
			},
		},
	}
}

func dead() sprawl.Credential {
	c := sprawl.Credential{
		ID: "cr_dead", Rule: "slack-bot-token", Issuer: "slack", Tier: sprawl.Structured, Hint: "xo" + "xb-…(56)", Note: "test key",
		Confidence: 95, Risk: 12, Verdict: sprawl.Verdict{State: sprawl.Dead, Reason: "token_revoked", At: day(2026, 11, 21)},
		Locations: []sprawl.Location{
			{Target: "git:.", Object: id(3), Kind: sprawl.KindCommit, Start: 5, End: 61, Line: 1, Column: 6, EndLine: 1, EndColumn: 62, Life: &sprawl.Life{
				Object: id(3), Commit: id(3).String(), Author: hostileAuthor, When: day(2020, 2, 29), Note: "unreachable commit"}},
			{Target: "git:.", Object: id(4), Path: hostilePath, Start: 1, End: 57},
		},
	}
	for n := range byte(12) {
		c.Locations = append(c.Locations, sprawl.Location{
			Target: "git:.", Object: id(n + 40), Path: "docs/a b#" + string('a'+rune(n)) + "?.md", Line: int(n) + 1, Column: 1,
			Life: &sprawl.Life{InHead: true, Commit: id(n + 40).String(), When: day(2021, 1, int(n)+1)},
		})
	}
	return c
}

func generic() sprawl.Credential {
	return sprawl.Credential{
		ID: "cr_generic", Rule: "generic-password", Tier: sprawl.Generic, Hint: "…(16)", Confidence: 55, Risk: 41,
		Crossing: &sprawl.Crossing{Facets: []string{"exposure"}, Why: "lies where everybody can read it (" + hostilePath + ")"},
		Locations: []sprawl.Location{
			{Target: "git:.", Path: "../../etc/passwd", Start: 9, End: 25, Line: 2, Column: 3, EndLine: 2, EndColumn: 19, Object: id(5)},
			{Target: "git:.", Path: "c:/[link](x){0}%41é.txt", Start: 9, End: 25, Line: 2, Column: 3, EndLine: 2, EndColumn: 19, Object: id(6)},
		},
	}
}

// clean is a run that found nothing.
func clean() *Document {
	return &Document{
		Tool: "sprawl", Version: "1.2.3", Targets: []sprawl.Target{"dir:."},
		Receipt: sprawl.Receipt{Bytes: 999, Objects: 1, Rules: 80, Complete: true, Elapsed: 3456 * time.Microsecond},
	}
}

// shuffled is sample in another order.
func shuffled() *Document {
	d := sample()
	swap := func(n int, f func(i, j int)) { rand.Shuffle(n, f) }
	swap(len(d.Credentials), func(i, j int) { d.Credentials[i], d.Credentials[j] = d.Credentials[j], d.Credentials[i] })
	for _, c := range d.Credentials {
		swap(len(c.Locations), func(i, j int) { c.Locations[i], c.Locations[j] = c.Locations[j], c.Locations[i] })
	}
	return d
}
