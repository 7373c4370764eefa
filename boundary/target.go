package boundary

import (
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// A place is a family of targets.
type place uint8

const (
	files    place = iota // histories, directories, archives, images
	managed               // stores that encrypt and say who may read
	ciStore               // variables of pipelines
	keyValue              // configuration stores in plain text
	talk                  // issues, chats, wikis
	logs                  // what jobs printed
)

// placeOf returns the family of a target by its scheme.
func placeOf(t sprawl.Target) place {
	switch t.Scheme() {
	case "vault", "openbao", "aws-sm", "secretsmanager", "azure-kv", "gcp-sm":
		return managed
	case "github-ci", "gitlab-ci", "circleci", "buildkite", "jenkins", "azure-pipelines", "bitbucket-ci", "gitea-ci",
		"terraform-cloud", "tfc", "env":
		return ciStore
	case "consul", "etcd", "kube", "ssm", "zookeeper", "azure-appconfig", "spring", "nacos", "apollo":
		return keyValue
	case "slack", "jira", "confluence", "github-issues", "gitlab-issues":
		return talk
	case "github-logs", "gitlab-logs":
		return logs
	}
	return files
}

// fromTarget reads what the kind of target and the path tell beside the
// environment.
func fromTarget(g *gather, at *sprawl.Location, p *path) {
	if p.kind != "" {
		g.add(kindOfText, clue{value: p.kind, how: p.kindHow, where: p.kindWhere, rank: Path, confidence: byPath})
	}
	custodyOf(g, at, p)
	partyOf(g, p)
	if p.place == managed {
		g.add(exposure, clue{value: "sealed", how: "a managed store", rank: Manifest, confidence: byManifest})
	}
	forge := p.place == files && isForge(at.Target)
	if w := unitOf(at.Target, forge); w != "" {
		g.add(unit, clue{value: w, how: "target", rank: Manifest, confidence: byManifest})
	}
	if w := tenantOf(at.Target); forge && w != "" {
		g.add(tenant, clue{value: w, how: "target", rank: Manifest, confidence: byName})
	}
}

// custodyOf tells what keeps the value: a managed store, a variable of a
// pipeline, configuration in plain text, code, a log, a conversation, the files
// of a coding agent, or a person's machine.
func custodyOf(g *gather, at *sprawl.Location, p *path) {
	c := clue{how: "target", rank: Manifest, confidence: byManifest}
	switch p.place {
	case managed:
		c.value = "managed"
	case ciStore:
		c.value = "ci-store"
	case keyValue:
		c.value = "plaintext-config"
	case talk:
		c.value = "collab"
	case logs:
		c.value = "log"
	default:
		if !p.is {
			return
		}
		c = clue{value: fileCustody(at, p), how: "path", rank: Path, confidence: byPath}
	}
	g.add(custody, c)
}

func fileCustody(at *sprawl.Location, p *path) string {
	base := baseOf(at.Path)
	switch {
	case p.agent || isTranscript(base):
		return "ai-agent"
	case p.endpoint || isHistory(base) || isHome(at.Target):
		return "endpoint"
	case p.mail:
		return "collab"
	case p.logs:
		return "log"
	case isDotenv(base) || isConfig(base):
		return "plaintext-config"
	}
	return "code"
}

func baseOf(where string) string {
	for i := len(where) - 1; i >= 0; i-- {
		if isSlash(where[i]) {
			return where[i+1:]
		}
	}
	return where
}

// isTranscript reports whether a file of that name is a coding agent's.
func isTranscript(base string) bool {
	if len(base) > 7 && strings.EqualFold(base[:7], ".aider.") {
		return true
	}
	switch base {
	case ".mcp.json", "mcp.json", "claude_desktop_config.json", ".claude.json":
		return true
	}
	return false
}

// isHome reports whether a directory is somebody's home.
func isHome(t sprawl.Target) bool {
	if t.Scheme() != "dir" {
		return false
	}
	where := strings.TrimRight(t.Rest(), "/")
	for _, above := range [...]string{"/home/", "/Users/"} {
		if rest, ok := strings.CutPrefix(where, above); ok && rest != "" && strings.IndexByte(rest, '/') < 0 {
			return true
		}
	}
	return where == "/root"
}

// isHistory reports whether a file of that name belongs to one person's
// machine.
func isHistory(base string) bool {
	if len(base) == 0 || base[0] != '.' {
		return false
	}
	switch base {
	case ".bash_history", ".zsh_history", ".netrc", ".pgpass", ".psql_history", ".mysql_history", ".git-credentials",
		".python_history", ".node_repl_history", ".rediscli_history", ".sh_history", ".vault-token", ".my.cnf", ".s3cfg":
		return true
	}
	return false
}

// isConfig reports whether a file of that name configures something.
func isConfig(base string) bool {
	if cut, ok := cutFold(base, ".backup"); ok { // of a Terraform state
		base = cut
	}
	_, ext := cutExt(nil, base)
	var buf [16]byte
	switch string(lower(&buf, ext)) {
	case "yml", "yaml", "json", "toml", "ini", "cfg", "conf", "config", "properties", "tfvars", "tfstate", "xml", "env":
		return true
	}
	return false
}

// partyOf tells whose code it is. Only sources are held to be one's own: tests
// and manuals quote the keys of others.
func partyOf(g *gather, p *path) {
	switch {
	case p.vendored != "":
		g.add(party, clue{value: "third", how: "path ", where: p.vendored, rank: Path, confidence: byPath})
	case p.is && p.kind == "":
		g.add(party, clue{value: "first", how: "not in a vendored directory", rank: Default, confidence: byName})
	}
}

// unitOf returns the repository, project or mount of a target. The same place
// read as a history and as a directory is one unit, and so are a repository and
// the variables of its pipelines: the host is left to the tenant.
func unitOf(t sprawl.Target, forge bool) string {
	where := t.Rest()
	if strings.HasPrefix(where, "//") {
		where = where[2:]
		if forge {
			if i := strings.IndexByte(where, '/'); i >= 0 {
				where = where[i+1:]
			}
		}
	}
	return strings.TrimRight(strings.TrimSuffix(strings.TrimRight(where, "/"), ".git"), "/")
}

// isForge reports whether the target is the address of a repository.
func isForge(t sprawl.Target) bool {
	switch t.Scheme() {
	case "git+https", "git+http", "git+ssh", "https", "http", "ssh":
		return true
	}
	return false
}

// tenantOf returns the host and organisation of a repository's address.
func tenantOf(t sprawl.Target) string {
	where, ok := strings.CutPrefix(t.Rest(), "//")
	host := strings.IndexByte(where, '/')
	if !ok || host <= 0 {
		return ""
	}
	org := strings.IndexByte(where[host+1:], '/')
	if org <= 0 {
		return ""
	}
	return where[:host+1+org]
}
