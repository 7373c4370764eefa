package boundary

import (
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// TestRisk takes the worked examples of the specification, then each cap.
func TestRisk(t *testing.T) {
	private, public := says{"visibility": "private"}, says{"visibility": "public"}
	live := func(scopes ...string) sprawl.Verdict {
		return sprawl.Verdict{State: sprawl.Live, At: now, Scopes: scopes}
	}
	dead := sprawl.Verdict{State: sprawl.Dead, At: now}
	unasked, unanswered := sprawl.Verdict{State: sprawl.Unknown}, sprawl.Verdict{State: sprawl.Unknown, At: now}
	confirmed := &sprawl.Owner{Name: "team pay", Source: "import", Confirmed: true}
	suggested := &sprawl.Owner{Name: "Ada", Source: "CODEOWNERS"}
	policy := mustPolicy(t, `
version = 1
[[account]]
issuer = "aws"
id = "029608264753"
env = "prod"
`)
	for name, c := range map[string]struct {
		c       *sprawl.Credential
		verdict sprawl.Verdict
		owner   *sprawl.Owner
		parts   [5]int // V X P A O
		want    int
	}{
		"admin key in production and in a staging variable, 500 days": {
			credential(copyAt{target: "git+https://gitlab.com/acme/api", path: ".env.production", says: says{"visibility": "private"}, age: 500},
				copyAt{target: "gitlab-ci://acme/api", path: "KEY", says: says{"environment": "staging"}, age: 400}),
			live("admin:org"), suggested, [5]int{40, 22, 20, 8, 2}, 92,
		},
		"vaulted live key, and in a public repository, 100 days": {
			withFacts(credential(copyAt{target: "vault://v/kv", path: "app", age: 100}, copyAt{path: "a.go", says: public, age: 100}), "stripe", "mode", "live"),
			live("charges:write"), confirmed, [5]int{40, 27, 14, 5, 0}, 86,
		},
		"test key in two private repositories": {
			withFacts(credential(copyAt{target: "git:a", path: "x.yml", says: private}, copyAt{target: "git:b", path: "x.yml", says: private}), "stripe", "mode", "test"),
			live(), suggested, [5]int{40, 8, 4, 5, 2}, 39,
		},
		"password in staging and production, not asked, 200 days": {
			credential(copyAt{path: ".env.staging", age: 200}, copyAt{path: ".env.production", age: 10}),
			unasked, nil, [5]int{18, 22, 8, 5, 4}, 57,
		},
		"one public copy, refused": {
			credential(copyAt{path: "a.go", says: public}), dead, nil, [5]int{4, 25, 8, 5, 4}, 25,
		},
		"key of the production account, in development only": {
			withFacts(credential(copyAt{path: "dev/app.yml"}), "aws", "account", "029608264753"),
			unanswered, suggested, [5]int{22, 15, 8, 5, 2}, 52,
		},
		"secret of the organisation that every repository reads": {
			withFacts(credential(copyAt{target: "github-ci://acme", path: "DEPLOY_TOKEN", says: says{"scope": "organisation", "visibility": "internal"}}), "", "class", "unread"),
			unasked, suggested, [5]int{18, 8, 8, 2, 2}, 38,
		},
		"secret that every project of an instance reads": {
			withFacts(credential(copyAt{target: "gitlab-ci://acme", path: "DEPLOY_TOKEN", says: says{"scope": "instance"}}), "", "class", "unread"),
			unasked, suggested, [5]int{18, 8, 8, 2, 2}, 38,
		},
		"a canary":                     {withFacts(credential(copyAt{path: "a.go"}), "aws", "class", "canary"), live(), nil, [5]int{40, 0, 8, 5, 4}, 19},
		"an example":                   {withFacts(credential(copyAt{path: "a.go"}), "aws", "class", "example"), unasked, nil, [5]int{18, 0, 8, 5, 4}, 19},
		"ended":                        {withFacts(credential(copyAt{path: "a.go"}), "", "expires", "2026-01-01T00:00:00Z"), unasked, nil, [5]int{18, 0, 8, 0, 4}, 19},
		"made to be shown":             {withFacts(credential(copyAt{path: "a.go", says: public}), "stripe", "class", "publishable"), live(), nil, [5]int{40, 0, 8, 5, 4}, 5},
		"proved dead":                  {credential(copyAt{path: "a.go", says: public}), sprawl.Verdict{State: sprawl.Dead, At: now, Grade: "B"}, nil, [5]int{0, 25, 8, 5, 4}, 10},
		"expires within hours":         {withFacts(credential(copyAt{path: "a.go"}), "", "expires", "2026-11-21T18:00:00Z"), live(), nil, [5]int{40, 0, 8, 0, 4}, 52},
		"expires in a month":           {withFacts(credential(copyAt{path: "a.go"}), "", "expires", "2026-12-21T18:00:00Z"), live(), nil, [5]int{40, 0, 8, 2, 4}, 54},
		"expires, but is old":          {withFacts(credential(copyAt{path: "a.go", age: 100}), "", "expires", "2026-12-21T18:00:00Z"), live(), nil, [5]int{40, 0, 8, 5, 4}, 57},
		"may read little":              {credential(copyAt{path: "a.go"}), live("read:packages"), nil, [5]int{40, 0, 4, 5, 4}, 53},
		"may read secrets":             {credential(copyAt{path: "a.go"}), live("read_repo"), nil, [5]int{40, 0, 9, 5, 4}, 58},
		"may write, not in production": {credential(copyAt{path: "dev/a.go"}), live("repo"), nil, [5]int{40, 0, 9, 5, 4}, 58},
		"speaks for root":              {credential(copyAt{path: "a.go"}), sprawl.Verdict{State: sprawl.Live, At: now, Account: "arn:aws:iam::029608264753:root"}, nil, [5]int{40, 0, 20, 5, 4}, 69},
		"with a team":                  {credential(copyAt{path: "a.go", says: says{"team": "pay"}}), live(), nil, [5]int{40, 0, 8, 5, 2}, 55},
	} {
		t.Run(name, func(t *testing.T) {
			c.c.Verdict, c.c.Owner = c.verdict, c.owner
			got := judged(policy, c.c)
			var parts [5]int
			for i, r := range got.Reasons[:5] {
				parts[i] = r.Points
				if r.Why == "" {
					t.Errorf("%s: no reason is given", r.Part)
				}
			}
			if parts != c.parts || got.Risk != c.want {
				t.Errorf("got %v = %d, want %v = %d: %v", parts, got.Risk, c.parts, c.want, got.Reasons)
			}
			if capped := len(got.Reasons) == 6; capped != (sum(parts) > c.want) {
				t.Errorf("the reasons do not add up to the risk: %v", got.Reasons)
			}
		})
	}
}

func sum(parts [5]int) (n int) {
	for _, p := range parts {
		n += p
	}
	return n
}

// TestRiskOfNothing wants a number even where nothing is known.
func TestRiskOfNothing(t *testing.T) {
	if got, _ := Risk(&sprawl.Credential{}, now); got != 18+8+5+4 {
		t.Errorf("got %d", got)
	}
}
