package gitlab

import (
	"fmt"
	"net/url"
	"strings"

	gl "github.com/xanzy/go-gitlab"

	"github.com/seed-5dd601fe/sprawl"
)

// collab is how texts that people write to one another are kept.
const collab = "collab"

func (r *reader) issues() error {
	if p, err := r.inProject(); err != nil || p.IssuesAccessLevel == gl.DisabledAccessControl {
		return err
	}
	return pages(r.Ctx, func(i *gl.Issue) error {
		return r.thread("issues", i.IID, i.Title, i.Description, i.UserNotesCount, func(o gl.ListOptions, c gl.RequestOptionFunc) ([]*gl.Note, *gl.Response, error) {
			return r.api.Notes.ListIssueNotes(r.path, i.IID, &gl.ListIssueNotesOptions{ListOptions: o}, c)
		})
	}, func(o gl.ListOptions, c gl.RequestOptionFunc) ([]*gl.Issue, *gl.Response, error) {
		return r.api.Issues.ListProjectIssues(r.path, &gl.ListProjectIssuesOptions{ListOptions: o, Scope: gl.Ptr("all")}, c)
	})
}

func (r *reader) mergeRequests() error {
	if p, err := r.inProject(); err != nil || p.MergeRequestsAccessLevel == gl.DisabledAccessControl {
		return err
	}
	return pages(r.Ctx, func(m *gl.MergeRequest) error {
		return r.thread("merge_requests", m.IID, m.Title, m.Description, m.UserNotesCount, func(o gl.ListOptions, c gl.RequestOptionFunc) ([]*gl.Note, *gl.Response, error) {
			return r.api.Notes.ListMergeRequestNotes(r.path, m.IID, &gl.ListMergeRequestNotesOptions{ListOptions: o}, c)
		})
	}, func(o gl.ListOptions, c gl.RequestOptionFunc) ([]*gl.MergeRequest, *gl.Response, error) {
		return r.api.MergeRequests.ListProjectMergeRequests(r.path, &gl.ListProjectMergeRequestsOptions{ListOptions: o, Scope: gl.Ptr("all")}, c)
	})
}

// thread shows an issue or merge request, and what was said under it.
func (r *reader) thread(kind string, iid int, title, text string, notes int, list func(gl.ListOptions, gl.RequestOptionFunc) ([]*gl.Note, *gl.Response, error)) error {
	path := fmt.Sprintf("%s/%d", kind, iid)
	if err := r.Text(r.At(path, sprawl.SaysCustody, collab), title+"\n\n"+text); err != nil || notes == 0 {
		return err
	}
	err := pages(r.Ctx, func(n *gl.Note) error {
		return r.Text(r.At(fmt.Sprintf("%s/notes/%d", path, n.ID), sprawl.SaysCustody, collab), n.Body)
	}, list)
	if err != nil {
		return r.Miss(path+"/notes", err)
	}
	return nil
}

func (r *reader) snippets() error {
	if p, err := r.inProject(); err != nil || p.SnippetsAccessLevel == gl.DisabledAccessControl {
		return err
	}
	return pages(r.Ctx, func(s *gl.Snippet) error {
		path := fmt.Sprint("snippets/", s.ID)
		if err := r.Text(r.At(path, sprawl.SaysCustody, collab), s.Title+"\n\n"+s.Description); err != nil {
			return err
		}
		for _, f := range s.Files {
			api := r.projectPath("/snippets/%d/files/%s/%s/raw", s.ID, url.PathEscape(branch(f.RawURL)), url.PathEscape(f.Path))
			if err := r.stream(r.At(path+"/"+f.Path, sprawl.SaysCustody, collab), api); err != nil {
				return err
			}
		}
		return nil
	}, func(o gl.ListOptions, c gl.RequestOptionFunc) ([]*gl.Snippet, *gl.Response, error) {
		return r.api.ProjectSnippets.ListSnippets(r.path, (*gl.ListProjectSnippetsOptions)(&o), c)
	})
}

// branch returns the branch in the address of a snippet's file, which ends in
// /raw/BRANCH/PATH.
func branch(raw string) string {
	_, rest, ok := strings.Cut(raw, "/raw/")
	if name, _, found := strings.Cut(rest, "/"); ok && found {
		return name
	}
	return "main"
}

func (r *reader) wikis() error {
	if p, err := r.inProject(); err != nil || p.WikiAccessLevel == gl.DisabledAccessControl {
		return err
	}
	all, _, err := r.api.Wikis.ListWikis(r.path, &gl.ListWikisOptions{WithContent: gl.Ptr(true)}, gl.WithContext(r.Ctx))
	for _, page := range all {
		if err := r.Text(r.At("wikis/"+page.Slug, sprawl.SaysCustody, collab), page.Title+"\n\n"+page.Content); err != nil {
			return err
		}
	}
	return err
}

func (r *reader) groupWikis() error {
	if err := r.inGroup(); err != nil {
		return err
	}
	all, _, err := r.api.GroupWikis.ListGroupWikis(r.path, &gl.ListGroupWikisOptions{WithContent: gl.Ptr(true)}, gl.WithContext(r.Ctx))
	for _, page := range all {
		if err := r.Text(r.At("wikis/"+page.Slug, sprawl.SaysCustody, collab), page.Title+"\n\n"+page.Content); err != nil {
			return err
		}
	}
	return err
}

func (r *reader) releases() error {
	if _, err := r.inProject(); err != nil {
		return err
	}
	return pages(r.Ctx, func(rel *gl.Release) error {
		return r.Text(r.At("releases/"+rel.TagName, sprawl.SaysCustody, collab), rel.Name+"\n\n"+rel.Description)
	}, func(o gl.ListOptions, c gl.RequestOptionFunc) ([]*gl.Release, *gl.Response, error) {
		return r.api.Releases.ListReleases(r.path, &gl.ListReleasesOptions{ListOptions: o}, c)
	})
}

func (r *reader) packages() error {
	if _, err := r.inProject(); err != nil {
		return err
	}
	return pages(r.Ctx, func(p *gl.Package) error {
		return r.Text(r.At(fmt.Sprint("packages/", p.ID), sprawl.SaysCustody, "artifact"), p.Name+" "+p.Version)
	}, func(o gl.ListOptions, c gl.RequestOptionFunc) ([]*gl.Package, *gl.Response, error) {
		return r.api.Packages.ListProjectPackages(r.path, &gl.ListProjectPackagesOptions{ListOptions: o}, c)
	})
}
