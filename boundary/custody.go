package boundary

import "github.com/seed-5dd601fe/sprawl"

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
	case "github-ci", "gitlab-ci", "circleci", "buildkite", "jenkins", "azure-pipelines", "env":
		return ciStore
	case "consul", "etcd", "kube", "ssm", "zookeeper", "azure-appconfig", "spring":
		return keyValue
	case "slack", "jira", "confluence", "github-issues", "gitlab-issues":
		return talk
	case "github-logs", "gitlab-logs":
		return logs
	}
	return files
}

// custody appends what keeps the value: a managed store, a variable of a
// pipeline, configuration in plain text, code, a log, a conversation, the
// files of a coding agent, or a person's machine.
func custody(z sprawl.Zone, at *sprawl.Location, p *path) sprawl.Zone {
	if at.Says["custody"] != "" {
		return says(z, at, "custody", "custody")
	}
	f := sprawl.Facet{Name: "custody", Source: "target", Confidence: byManifest}
	switch placeOf(at.Target) {
	case managed:
		f.Value = "managed"
	case ciStore:
		f.Value = "ci-store"
	case keyValue:
		f.Value = "plaintext-config"
	case talk:
		f.Value = "collab"
	case logs:
		f.Value = "log"
	default:
		if !p.is {
			return z
		}
		f.Value, f.Source, f.Confidence = fileCustody(at.Path, p), "path", byPath
	}
	return append(z, f)
}

func fileCustody(where string, p *path) string {
	base := where
	for i := len(where) - 1; i >= 0; i-- {
		if isSlash(where[i]) {
			base = where[i+1:]
			break
		}
	}
	switch {
	case p.agent:
		return "ai-agent"
	case p.endpoint || isHistory(base):
		return "endpoint"
	case p.logs:
		return "log"
	case isDotenv(base) || isConfig(base):
		return "plaintext-config"
	}
	return "code"
}

// isHistory reports whether a file of that name belongs to one person's
// machine.
func isHistory(base string) bool {
	var buf [16]byte
	switch string(lower(&buf, base)) {
	case ".bash_history", ".zsh_history", ".netrc", ".pgpass", ".psql_history", ".mysql_history", ".git-credentials":
		return true
	}
	return false
}

// isConfig reports whether a file of that name configures something.
func isConfig(base string) bool {
	_, ext := cutExt(base)
	var buf [16]byte
	switch string(lower(&buf, ext)) {
	case "yml", "yaml", "json", "toml", "ini", "cfg", "conf", "config", "properties", "tfvars", "tfstate", "xml":
		return true
	}
	return false
}
