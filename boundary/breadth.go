package boundary

import (
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// Breadth returns the settings of a place that hand its value to more than need
// it, as far as the platform says. It looks at no value: it is for secrets that a
// platform shows to nobody, too.
func Breadth(at *sprawl.Location) (all []sprawl.Exposure) {
	says := at.Says
	add := func(kind, why, fix string) {
		all = append(all, sprawl.Exposure{Kind: kind, At: *at, Why: why, Fix: fix, Since: modified(at)})
	}
	wide := says[sprawl.SaysScope] == "organisation" || says[sprawl.SaysScope] == "instance"
	switch v := says[sprawl.SaysVisibility]; {
	case wide && (v == "public" || v == "internal"):
		add("breadth", "every repository of the organisation can read it", "select the repositories that need it")
	case says[sprawl.SaysScope] == "instance":
		add("breadth", "every project of the instance can read it", "move it to the group or project that needs it")
	}
	if says[sprawl.SaysForks] == "true" {
		add("unprotected", "runs for changes from forks can read it", "keep it from runs for forks")
	}
	if says[sprawl.SaysProtected] == "false" {
		add("unprotected", unprotected(says), "give it to protected branches and reviewed environments only")
	}
	if says[sprawl.SaysEnvironment] == "*" {
		add("breadth", "jobs of every environment can read it", "give each environment a value of its own")
	}
	if isRepository(says[sprawl.SaysScope]) && says[sprawl.SaysEnvironment] == "" && nameSays(at).productive() {
		add("breadth", "it is for production, by its name, and every job of the repository can read it", "move it to the production environment")
	}
	return all
}

func isRepository(scope string) bool { return scope == "repository" || scope == "project" }

func unprotected(says map[string]string) string {
	if env := says[sprawl.SaysEnvironment]; env != "" && env != "*" {
		return "environment " + env + " asks nobody: any branch can read it"
	}
	return "any branch can read it"
}

// nameSays returns the environment that the name of a variable tells.
func nameSays(at *sprawl.Location) classes {
	return readName(nil, at.Path[strings.LastIndexByte(at.Path, '/')+1:], true).sure
}

// broad says in which ways a place is too broad.
func broad(at *sprawl.Location) string {
	var why []string
	for _, e := range Breadth(at) {
		why = append(why, e.Why)
	}
	return strings.Join(why, "; ")
}

// modified returns when the platform says that the value was last changed.
func modified(at *sprawl.Location) time.Time {
	t, err := time.Parse(time.RFC3339, at.Says[sprawl.SaysModified])
	if err != nil {
		return time.Time{}
	}
	return t
}
