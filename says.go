package sprawl

// The keys of Location.Says. A source fills in what its platform states of a
// place, in the platform's own words and never by guessing; package boundary
// derives zones from it. A key that the platform says nothing about is absent.
const (
	// SaysVisibility is who can see the place: "public", "internal" (everybody
	// in the organisation), "private" (those who were let in), "selected".
	SaysVisibility = "visibility"
	// SaysEnvironment is the environment that the platform assigns the value
	// to, by its raw name, such as "production" or "review/*"; "*" is all.
	SaysEnvironment = "environment"
	// SaysScope is the level that holds the value: "instance", "organisation",
	// "group", "project", "repository", "environment", "pipeline", "cluster",
	// "namespace", "job".
	SaysScope = "scope"
	// SaysProtected is "true" where only protected branches, tags or approved
	// runs can read the value, and "false" where any can.
	SaysProtected = "protected"
	// SaysForks is "true" where runs for changes from forks can read it.
	SaysForks = "forks"
	// SaysCustody is how the platform keeps it: "managed" (a secret store),
	// "ci-store", "plaintext-config", "code", "log", "artifact", "collab",
	// "ai-agent", "endpoint".
	SaysCustody = "custody"
	// SaysTenant is the organisation that the platform holds the place under,
	// with its host: "github.com/acme", "aws/123456789012".
	SaysTenant = "tenant"
	// SaysOwnerType is "organisation" or "user".
	SaysOwnerType = "owner-type"
	// SaysUnit is the repository, project, mount or store: "acme/api".
	SaysUnit = "unit"
	// SaysTeam is the team that the platform says owns the place.
	SaysTeam = "team"
	// SaysWorkload is what runs with the value: "deployment/api", "job/deploy".
	SaysWorkload = "workload"
	// SaysCluster is a Kubernetes cluster or context, a Consul datacentre, a
	// region; SaysNamespace is the namespace in it.
	SaysCluster   = "cluster"
	SaysNamespace = "namespace"
	// SaysModified is when the value was last changed, in RFC 3339.
	SaysModified = "modified"
	// SaysVersion is which version of the value this is; SaysCurrent is
	// "false" for one that was replaced since.
	SaysVersion = "version"
	SaysCurrent = "current"
	// SaysLabel is the prefix of a label, tag or annotation: "label.env".
	SaysLabel = "label."
)
