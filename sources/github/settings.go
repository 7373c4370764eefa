package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/client"
	"github.com/seed-5dd601fe/sprawl/sources/internal/entry"
	"github.com/seed-5dd601fe/sprawl/sources/internal/forge"
)

// A reader is one Read in progress.
type reader struct {
	*GitHub
	*forge.Reader
	name string // of the repository; "" for the owner
}

// reader prepares to read what belongs to a repository, or to the owner.
func (g *GitHub) reader(ctx context.Context, v sprawl.Visitor, name string) *reader {
	target := sprawl.Target("github://" + strings.TrimSuffix(g.host+"/"+g.owner+"/"+name, "/"))
	r := &reader{GitHub: g, Reader: forge.NewReader(ctx, &g.log, v, target, g.o.Reach, problem), name: name}
	r.Says = map[string]string{sprawl.SaysTenant: g.host + "/" + g.owner, sprawl.SaysScope: "organisation", sprawl.SaysOwnerType: g.ownerType()}
	return r
}

func (g *GitHub) ownerType() string {
	if g.user {
		return "user"
	}
	return "organisation"
}

// inRepository fills in what GitHub says of the repository.
func (r *reader) inRepository() (*gh.Repository, error) {
	repo, err := r.repository(r.Ctx, r.name)
	if err == nil {
		r.Says = r.saysOf(repo)
	}
	return repo, err
}

// saysOf returns what GitHub says of a repository.
func (g *GitHub) saysOf(r *gh.Repository) map[string]string {
	says := map[string]string{
		sprawl.SaysTenant: g.host + "/" + r.GetOwner().GetLogin(), sprawl.SaysVisibility: r.GetVisibility(),
		sprawl.SaysUnit: r.GetFullName(), sprawl.SaysScope: "repository", sprawl.SaysOwnerType: "organisation",
	}
	if r.GetOwner().GetType() == "User" {
		says[sprawl.SaysOwnerType] = "user"
	}
	if says[sprawl.SaysVisibility] == "" {
		says[sprawl.SaysVisibility] = map[bool]string{true: "private", false: "public"}[r.GetPrivate()]
	}
	return says
}

// variable shows a variable of any level.
func (r *reader) variable(path string, v *gh.ActionsVariable, says ...string) error {
	says = append(says, sprawl.SaysCustody, "ci-store", sprawl.SaysModified, forge.Stamp(v.GetUpdatedAt().Time))
	return r.Value(r.At(path+"/"+v.Name, says...), v.Name, v.Value)
}

func (r *reader) orgVariables() error {
	return pages(r.Ctx, func(v *gh.ActionsVariable) error {
		return r.variable("variables", v, sprawl.SaysVisibility, v.GetVisibility())
	}, func(o gh.ListOptions) ([]*gh.ActionsVariable, *gh.Response, error) {
		all, res, err := r.api.Actions.ListOrgVariables(r.Ctx, r.owner, &o)
		if err != nil {
			return nil, res, err
		}
		return all.Variables, res, nil
	})
}

func (r *reader) variables() error {
	if _, err := r.inRepository(); err != nil {
		return err
	}
	return pages(r.Ctx, func(v *gh.ActionsVariable) error { return r.variable("variables", v) },
		func(o gh.ListOptions) ([]*gh.ActionsVariable, *gh.Response, error) {
			all, res, err := r.api.Actions.ListRepoVariables(r.Ctx, r.owner, r.name, &o)
			if err != nil {
				return nil, res, err
			}
			return all.Variables, res, nil
		})
}

// unrotated is how old a secret's value may get before it is told.
const unrotated = 365 * 24 * time.Hour

// hidden is a list of secrets whose values GitHub shows nobody: one gap, with
// their names.
type hidden struct {
	r     *reader
	path  string
	names []string
}

// add notes a secret, and what its settings tell. says are of the place.
func (h *hidden) add(s *gh.Secret, says ...string) {
	h.names = append(h.names, s.Name)
	at := h.r.At(h.path+"/"+s.Name, append(says, sprawl.SaysCustody, "ci-store", sprawl.SaysModified, forge.Stamp(s.UpdatedAt.Time))...)
	at.Key = s.Name
	if s.Visibility == "all" {
		h.r.Expose(sprawl.Exposure{Kind: "breadth", At: at,
			Why: fmt.Sprintf("every repository of the organisation, public ones too, can use the secret %s", s.Name),
			Fix: "organisation settings › Secrets and variables › Actions: give it to selected repositories"})
	}
	if age := h.r.now().Sub(s.UpdatedAt.Time); !s.UpdatedAt.IsZero() && age > unrotated {
		h.r.Expose(sprawl.Exposure{Kind: "unrotated", At: at, Since: s.UpdatedAt.Time,
			Why: fmt.Sprintf("the secret %s was not changed for %d days", s.Name, int(age.Hours()/24)),
			Fix: "make a new value at its issuer, replace it here and withdraw the old one"})
	}
}

// done makes one gap of all of them.
func (h *hidden) done() {
	if len(h.names) == 0 {
		return
	}
	shown := h.names[:min(len(h.names), 10)]
	text := strings.Join(shown, ", ")
	if more := len(h.names) - len(shown); more > 0 {
		text += fmt.Sprint(" and ", more, " more")
	}
	h.r.Gap(h.path, "GitHub shows nobody the values of secrets ("+text+"): sprawl fingerprint, in a job, tells whether they are copies")
}

func (r *reader) orgSecrets() error {
	h := &hidden{r: r, path: "secrets"}
	defer h.done()
	return pages(r.Ctx, func(s *gh.Secret) error { h.add(s, sprawl.SaysVisibility, s.Visibility); return nil },
		func(o gh.ListOptions) ([]*gh.Secret, *gh.Response, error) {
			return listed(r.api.Actions.ListOrgSecrets(r.Ctx, r.owner, &o))
		})
}

func listed(all *gh.Secrets, res *gh.Response, err error) ([]*gh.Secret, *gh.Response, error) {
	if err != nil {
		return nil, res, err
	}
	return all.Secrets, res, nil
}

func (r *reader) secrets() error {
	if _, err := r.inRepository(); err != nil {
		return err
	}
	h := &hidden{r: r, path: "secrets"}
	defer h.done()
	return pages(r.Ctx, func(s *gh.Secret) error { h.add(s); return nil },
		func(o gh.ListOptions) ([]*gh.Secret, *gh.Response, error) {
			return listed(r.api.Actions.ListRepoSecrets(r.Ctx, r.owner, r.name, &o))
		})
}

// environments shows the variables of each environment, and what its secrets
// and its protection tell.
func (r *reader) environments() error {
	repo, err := r.inRepository()
	if err != nil {
		return err
	}
	return pages(r.Ctx, func(e *gh.Environment) error { return r.environment(repo, e) },
		func(o gh.ListOptions) ([]*gh.Environment, *gh.Response, error) {
			all, res, err := r.api.Repositories.ListEnvironments(r.Ctx, r.owner, r.name, &gh.EnvironmentListOptions{ListOptions: o})
			if err != nil {
				return nil, res, err
			}
			return all.Environments, res, nil
		})
}

func (r *reader) environment(repo *gh.Repository, e *gh.Environment) error {
	path := "environments/" + e.GetName()
	guarded := isGuarded(e)
	says := []string{sprawl.SaysEnvironment, e.GetName(), sprawl.SaysScope, "environment", sprawl.SaysProtected, fmt.Sprint(guarded)}
	id := int(repo.GetID())
	err := pages(r.Ctx, func(v *gh.ActionsVariable) error { return r.variable(path+"/variables", v, says...) },
		func(o gh.ListOptions) ([]*gh.ActionsVariable, *gh.Response, error) {
			all, res, err := r.api.Actions.ListEnvVariables(r.Ctx, id, e.GetName(), &o)
			if err != nil {
				return nil, res, err
			}
			return all.Variables, res, nil
		})
	if err != nil {
		if err := r.Miss(path+"/variables", err); err != nil {
			return err
		}
	}
	h := &hidden{r: r, path: path + "/secrets"}
	defer h.done()
	err = pages(r.Ctx, func(s *gh.Secret) error { h.add(s, says...); return nil },
		func(o gh.ListOptions) ([]*gh.Secret, *gh.Response, error) {
			return listed(r.api.Actions.ListEnvSecrets(r.Ctx, id, e.GetName(), &o))
		})
	if err != nil {
		if err := r.Miss(path+"/secrets", err); err != nil {
			return err
		}
	}
	if !guarded && len(h.names) > 0 {
		r.Expose(sprawl.Exposure{Kind: "unprotected", At: r.At(path, says...),
			Why: fmt.Sprintf("any branch can deploy to %s and use its %d secrets: nobody has to approve, and no branch is asked for", e.GetName(), len(h.names)),
			Fix: "settings › Environments: require reviewers, and limit the deployment branches"})
	}
	return nil
}

// isGuarded reports whether somebody has to approve, or only some branches may
// deploy.
func isGuarded(e *gh.Environment) bool {
	if e.DeploymentBranchPolicy != nil {
		return true
	}
	for _, rule := range e.ProtectionRules {
		if rule.GetType() == "required_reviewers" || rule.GetType() == "branch_policy" {
			return true
		}
	}
	return false
}

// Reread shows again the variable at a location.
func (g *GitHub) Reread(ctx context.Context, at *sprawl.Location, yield func([]byte) error) error {
	value, err := g.value(ctx, at)
	switch status := client.Status(problem(err)); {
	case err == nil:
		return yield(entry.Text(entry.Field{Name: at.Key, Value: []byte(value)}))
	case status == http.StatusNotFound || status == http.StatusGone:
		return errors.Join(sprawl.ErrGone, problem(err))
	}
	return &sprawl.Gap{Target: at.Target, What: at.Path, Why: problem(err).Error()}
}

// value asks for the value of a variable.
func (g *GitHub) value(ctx context.Context, at *sprawl.Location) (string, error) {
	_, rest, _ := strings.Cut(strings.TrimPrefix(string(at.Target), "github://"), "/")
	owner, repo, _ := strings.Cut(rest, "/")
	parts := strings.Split(at.Path, "/")
	var v *gh.ActionsVariable
	var err error
	switch {
	case len(parts) == 2 && parts[0] == "variables" && repo == "":
		v, _, err = g.api.Actions.GetOrgVariable(ctx, owner, parts[1])
	case len(parts) == 2 && parts[0] == "variables":
		v, _, err = g.api.Actions.GetRepoVariable(ctx, owner, repo, parts[1])
	case len(parts) == 4 && parts[0] == "environments":
		var r *gh.Repository
		if r, err = g.repository(ctx, repo); err == nil {
			v, _, err = g.api.Actions.GetEnvVariable(ctx, int(r.GetID()), parts[1], parts[3])
		}
	default:
		return "", errors.New("only variables can be read again by themselves: scan again")
	}
	if err != nil {
		return "", err
	}
	return v.Value, nil
}
