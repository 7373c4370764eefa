package boundary

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// paths lists paths of files with the environment that they name, and the kind
// of text where it is not source: "env", "env kind" or "- kind".
const paths = `
.env                                          -
.env.local                                    local
.env.production                               prod
.env.production.local                         prod
.env.prod                                     prod
.env.staging                                  staging
.env.staging.local                            staging
.env.stage                                    staging
.env.test                                     test
.env.test.local                               test
.env.ci                                       ci
.env.build                                    ci
.env.dev                                      dev
.env.development                              dev
.env.live                                     prod
.env.uat                                      staging
.env.qa                                       test
.env.demo                                     dev
.env.e2e                                      test
.env-prod                                     prod
.env_staging                                  staging
.ENV.PRODUCTION                               prod
.envrc                                        -
.environment                                  -
prod.env                                      prod
test.env                                      test
app.staging.env                               staging
.env.example                                  - example
.env.sample                                   - example
.env.production.example                       prod example
.env.dist                                     - example
example.env                                   - example
application.yml                               -
application-prod.yml                          prod
application-staging.properties                staging
application-test.yml                          test
application-dev.yaml                          dev
application-local.yml                         local
src/main/resources/application-prod.yml       prod
src/test/resources/application-prod.yml       prod fixture
src/test/resources/application.yml            - fixture
appsettings.json                              -
appsettings.Development.json                  dev
appsettings.Production.json                   prod
appsettings.Staging.json                      staging
values.yaml                                   -
values-prod.yaml                              prod
values-staging.yaml                           staging
values.prod.yaml                              prod
values-prod-eu.yaml                           prod
chart/values-live.yaml                        prod
charts/api/values-qa.yaml                     test
docker-compose.yml                            -
docker-compose.prod.yml                       prod
docker-compose.local.yml                      local
docker-compose.test.yml                       test
compose.staging.yaml                          staging
Dockerfile                                    -
Dockerfile.prod                               prod
Dockerfile.dev                                dev
k8s/overlays/prod/secret.yaml                 prod
k8s/overlays/staging/secret.yaml              staging
k8s/overlays/prod-eu-1/kustomization.yaml     prod
overlays/live/patch.yaml                      prod
overlays/test/patch.yaml                      test
overlays/lab/patch.yaml                       dev
envs/production/main.tf                       prod
envs/qa2/main.tf                              test
envs/test/main.tf                             test
envs/dev-3/main.tf                            dev
environments/staging/vars.yml                 staging
environments/integration/vars.yml             test
inventories/prod/hosts                        prod
inventories/production/group_vars/all.yml     prod
inventory/standby/hosts                       dr
group_vars/prod.yml                           prod
group_vars/prod/vault.yml                     prod
group_vars/staging-web.yml                    staging
group_vars/all.yml                            -
config/production.rb                          prod
config/prod.exs                               prod
config/test.exs                               test
config/dev.exs                                dev
config/staging.json                           staging
config/local.json                             local
config/build.js                               -
config/environments/production.rb             prod
config/database.yml                           -
config/credentials/production.yml.enc         prod
settings/production.py                        prod
settings/test.py                              test
project/settings_local.py                     local
project/local_settings.py                     local
terraform/prod/main.tf                        prod
terraform/staging/main.tf                     staging
terraform/modules/live-reload/main.tf         -
clusters/prod-1/flux.yaml                     prod
clusters/stage/flux.yaml                      staging
live/prod/app/terragrunt.hcl                  prod
live/stage/app/terragrunt.hcl                 staging
deploy/prod/app.yaml                          prod
deploy/production/app.yaml                    prod
deploy/local/app.yaml                         local
deploy/live/app.yaml                          prod
deploy/live-reload/app.yaml                   -
deploy/test/app.yaml                          test
prod.tfvars                                   prod
production.tfvars.json                        prod
staging.auto.tfvars                           staging
prod-db-backup.sql                            prod
scripts/deploy_production.sh                  prod
nonprod.tfvars                                nonprod
deploy/non-prod/app.yaml                      nonprod
deploy/pre-prod/app.yaml                      staging
preprod/app.yaml                              staging
values-pre-prod.yaml                          staging
prod-like/app.yaml                            staging
dr/prod/app.yaml                              prod
staging-prod-copy.yml                         prod|staging
staging-prod-copy/app.yml                     prod|staging
prod/staging/app.yml                          staging
staging/prod/app.yml                          prod
prod/.env.staging                             staging
prod/app.staging.yml                          staging
staging/values-prod.yaml                      prod
reproduce/app.yml                             -
product/app.yml                               -
products.yml                                  -
production-line/app.yml                       prod
latest/app.yml                                -
livereload.js                                 -
livereload/app.yml                            -
deliver/app.yml                               -
delivery.yml                                  -
devops/app.yml                                -
contest/app.yml                               -
attestation.yml                               -
inproduction.yml                              -
reprod.yml                                    -
devel/app.yml                                 -
developer.md                                  - docs
stages.yml                                    -
local/bin/run                                 -
usr/local/etc/app.conf                        -
build/app.yml                                 -
ci/run.sh                                     -
.gitlab-ci.yml                                -
.github/workflows/build.yml                   -
demo/app.yml                                  -
home/prod/notes.txt                           -
home/prod/staging/notes.txt                   staging
Users/dev/app.yml                             -
test/app.yml                                  - fixture
tests/prod/app.yml                            prod fixture
spec/fixtures/production.yml                  prod fixture
testdata/staging.env                          staging fixture
src/__tests__/app.ts                          - fixture
examples/prod/app.yml                         prod example
docs/production.md                            - docs
production.md                                 - docs
generators/application_system_test_case.rb.tt -
docs/setup/install.txt                        - docs
deploy/prod/README.md                         prod docs
config_test.go                                - fixture
settings.test.ts                              - fixture
app.spec.ts                                   - fixture
test_config.py                                - fixture
src/ConfigTest.java                           - fixture
dev_server.py                                 -
DevTools.java                                 -
src/environments/environment.prod.ts          prod
webpack.prod.js                               prod
webpack.dev.config.js                         dev
production.log                                prod
release.zip!config/prod.json                  prod
prod\app.yml                                  prod
a/b/c/PROD/x.yml                              prod
prod2/app.yml                                 prod
qa01.yml                                      test
appprod.yml                                   -
PRODUCT_KEYS.txt                              -
liveness.yaml                                 -
staginghelper.rb                              -
e2e.yml                                       -
playground/sandbox.yml                        -
`

func TestPaths(t *testing.T) {
	n := 0
	for line := range strings.Lines(paths) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		n++
		z := Zone(&sprawl.Location{Target: "git:.", Path: f[0]})
		got := z.Get("env")
		if got == "" {
			got = "-"
		}
		if k := z.Get("kind_of_text"); k != "" {
			got += " " + k
		}
		if want := strings.Join(f[1:], " "); got != want {
			t.Errorf("%s: got %q, want %q (%s)", f[0], got, want, source(z, "env"))
		}
	}
	if n < 120 {
		t.Errorf("only %d paths", n)
	}
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

// TestFacets tries what is not told by the words of a path.
func TestFacets(t *testing.T) {
	at := func(target, path string, says ...string) *sprawl.Location {
		l := &sprawl.Location{Target: sprawl.Target(target), Path: path, Says: map[string]string{}}
		for i := 0; i < len(says); i += 2 {
			l.Says[says[i]] = says[i+1]
		}
		return l
	}
	for _, c := range []struct {
		at          *sprawl.Location
		facet, want string
	}{
		{at("git:.", "a.go", "visibility", "public"), "exposure", "public"},
		{at("git:.", "a.go", "visibility", "internal"), "exposure", "org-internal"},
		{at("git:.", "a.go", "visibility", "private"), "exposure", "restricted"},
		{at("git:.", "a.go", "visibility", "other"), "exposure", ""},
		{at("git:.", "a.go"), "exposure", ""},
		{at("vault://prod/kv", "app"), "exposure", "sealed"},
		{at("vault://prod/kv", "app"), "custody", "managed"},
		{at("vault://x/kv", "teams/pay/stg/db"), "env", "staging"},
		{at("gitlab-ci://acme/api", "PROD_DB_URL"), "env", "prod"},
		{at("gitlab-ci://acme/api", "dbPasswordDev"), "env", "dev"},
		{at("gitlab-ci://acme/api", "STRIPE_KEY_STAGING"), "env", "staging"},
		{at("gitlab-ci://acme/api", "PRODUCT_KEY"), "env", ""},
		{at("gitlab-ci://acme/api", "CI_BUILD_TOKEN"), "env", ""},
		{at("gitlab-ci://acme/api", "PROD_DB_URL", "scope", "staging"), "env", "staging"},
		{at("gitlab-ci://acme/api", "DB_URL", "scope", "*"), "env", ""},
		{at("gitlab-ci://acme/api", "DB_URL", "scope", "review/*"), "env", "dev"},
		{at("github-ci://acme/api", "DB_URL", "environment", "live"), "env", "prod"},
		{at("github-ci://acme/api", "DB_URL"), "custody", "ci-store"},
		{at("kube://c1", "x/secret", "namespace", "pay-prod"), "env", "prod"},
		{at("kube://c1", "x/secret", "namespace", "pay-prod"), "namespace", "pay-prod"},
		{at("gitlab-ci://acme/api", "X", "protected", "false"), "protection", "unprotected"},
		{at("gitlab-ci://acme/api", "X", "protected", "true"), "protection", "protected"},
		{at("gitlab-ci://acme/api", "X"), "unit", "acme/api"},
		{at("git+https://github.com/acme/api.git", "a.go"), "unit", "github.com/acme/api"},
		{at("git+https://github.com/acme/api.git", "a.go"), "tenant", "github.com/acme"},
		{at("git:/srv/api/.git", "a.go"), "unit", "/srv/api"},
		{at("dir:/srv/api/", "a.go"), "unit", "/srv/api"},
		{at("git:/srv/api", "a.go"), "tenant", ""},
		{at("stdin:", ""), "unit", ""},
		{at("stdin:", ""), "env", ""},
		{at("git:.", "vendor/x/prod.yml"), "party", "third"},
		{at("git:.", "web/node_modules/x/index.js"), "party", "third"},
		{at("git:.", "src/x.go"), "party", "first"},
		{at("git:.", "testdata/x.go"), "party", ""},
		{at("git:.", "src/x.go", "owner_type", "User"), "party", "personal"},
		{at("git:.", ".env.production.local"), "custody", "endpoint"},
		{at("git:.", ".env.production"), "custody", "plaintext-config"},
		{at("git:.", "main.go"), "custody", "code"},
		{at("git:.", "logs/app.txt"), "custody", "log"},
		{at("git:.", ".claude/settings.local.json"), "custody", "ai-agent"},
		{at("dir:/root", ".aws/credentials"), "custody", "endpoint"},
		{at("dir:/root", ".bash_history"), "custody", "endpoint"},
		{at("git:.", "x", "custody", "managed"), "custody", "managed"},
	} {
		if got := Zone(c.at).Get(c.facet); got != c.want {
			t.Errorf("%s %s %v: %s is %q, want %q", c.at.Target, c.at.Path, c.at.Says, c.facet, got, c.want)
		}
	}
}

// TestEvidence wants the rule that fired to be named, and doubt to be shown.
func TestEvidence(t *testing.T) {
	z := func(path string) sprawl.Zone { return Zone(&sprawl.Location{Target: "git:.", Path: path}) }
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

// TestTextOfCommitsHasNoPath keeps a ref called prod/x from being a file.
func TestTextOfCommitsHasNoPath(t *testing.T) {
	for _, k := range []sprawl.Kind{sprawl.KindCommit, sprawl.KindTag, sprawl.KindRef, sprawl.KindReflog, sprawl.KindConfig} {
		if z := Zone(&sprawl.Location{Target: "git:.", Kind: k, Path: "prod/x.yml"}); z.Get("env") != "" {
			t.Errorf("%s: env is %q", k, z.Get("env"))
		}
	}
}

// FuzzZone wants an ordered zone of known values from any path.
func FuzzZone(f *testing.F) {
	for line := range strings.Lines(paths) {
		if fs := strings.Fields(line); len(fs) > 0 {
			f.Add("git:.", fs[0], "production")
			f.Add("vault://x/kv", fs[0], "review/1")
		}
	}
	f.Fuzz(func(t *testing.T, target, path, env string) {
		z := Zone(&sprawl.Location{Target: sprawl.Target(target), Path: path, Says: map[string]string{"environment": env}})
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
	})
}

func BenchmarkZone(b *testing.B) {
	at := &sprawl.Location{Target: "git+https://github.com/acme/api.git", Path: "infrastructure/kubernetes/overlays/prod-eu/application-staging.yml"}
	b.ReportAllocs()
	for b.Loop() {
		Zone(at)
	}
}
