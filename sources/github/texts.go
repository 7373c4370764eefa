package github

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"

	gh "github.com/google/go-github/v60/github"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/forge"
)

// collab is how texts that people write to one another are kept.
const collab = "collab"

// issues shows issues and pull requests, and all that was said under them.
// GitHub lists pull requests among issues, and all comments in one list.
func (r *reader) issues() error {
	if _, err := r.inRepository(); err != nil {
		return err
	}
	err := pages(r.Ctx, func(i *gh.Issue) error {
		return r.Text(r.At(fmt.Sprint("issues/", i.GetNumber()), sprawl.SaysCustody, collab), i.GetTitle()+"\n\n"+i.GetBody())
	}, func(o gh.ListOptions) ([]*gh.Issue, *gh.Response, error) {
		return r.api.Issues.ListByRepo(r.Ctx, r.owner, r.name, &gh.IssueListByRepoOptions{State: "all", ListOptions: o})
	})
	if err != nil {
		return err
	}
	return pages(r.Ctx, func(c *gh.IssueComment) error {
		return r.Text(r.At(fmt.Sprint("issues/comments/", c.GetID()), sprawl.SaysCustody, collab), c.GetBody())
	}, func(o gh.ListOptions) ([]*gh.IssueComment, *gh.Response, error) {
		return r.api.Issues.ListComments(r.Ctx, r.owner, r.name, 0, &gh.IssueListCommentsOptions{ListOptions: o})
	})
}

// reviews shows what was said about lines of pull requests, and the reviews of
// each.
func (r *reader) reviews() error {
	if _, err := r.inRepository(); err != nil {
		return err
	}
	err := pages(r.Ctx, func(c *gh.PullRequestComment) error {
		return r.Text(r.At(fmt.Sprint("pulls/comments/", c.GetID()), sprawl.SaysCustody, collab), c.GetBody()+"\n\n"+c.GetDiffHunk())
	}, func(o gh.ListOptions) ([]*gh.PullRequestComment, *gh.Response, error) {
		return r.api.PullRequests.ListComments(r.Ctx, r.owner, r.name, 0, &gh.PullRequestListCommentsOptions{ListOptions: o})
	})
	if err != nil {
		return err
	}
	return pages(r.Ctx, r.reviewsOf, func(o gh.ListOptions) ([]*gh.PullRequest, *gh.Response, error) {
		return r.api.PullRequests.List(r.Ctx, r.owner, r.name, &gh.PullRequestListOptions{State: "all", ListOptions: o})
	})
}

func (r *reader) reviewsOf(p *gh.PullRequest) error {
	path := fmt.Sprintf("pulls/%d/reviews", p.GetNumber())
	err := pages(r.Ctx, func(v *gh.PullRequestReview) error {
		return r.Text(r.At(fmt.Sprint(path, "/", v.GetID()), sprawl.SaysCustody, collab), v.GetBody())
	}, func(o gh.ListOptions) ([]*gh.PullRequestReview, *gh.Response, error) {
		return r.api.PullRequests.ListReviews(r.Ctx, r.owner, r.name, p.GetNumber(), &o)
	})
	if err != nil {
		return r.Miss(path, err)
	}
	return nil
}

// discussionsQuery asks for a page of discussions with their first comments.
const discussionsQuery = `query($owner:String!,$name:String!,$after:String){repository(owner:$owner,name:$name){discussions(first:50,after:$after){pageInfo{hasNextPage endCursor} nodes{number title body comments(first:100){pageInfo{hasNextPage} nodes{body replies(first:50){nodes{body}}}}}}}}`

// A discussions is the answer to it.
type discussions struct {
	Data struct {
		Repository *struct {
			Discussions struct {
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
				Nodes []discussion
			}
		}
	}
	Errors []struct{ Message string }
}

type discussion struct {
	Number      int
	Title, Body string
	Comments    struct {
		PageInfo struct{ HasNextPage bool }
		Nodes    []struct {
			Body    string
			Replies struct{ Nodes []struct{ Body string } }
		}
	}
}

func (r *reader) discussions() error {
	if repo, err := r.inRepository(); err != nil || !repo.GetHasDiscussions() {
		return err
	}
	for after := (*string)(nil); ; {
		page, err := r.discussionsAfter(after)
		if err != nil {
			return err
		}
		for _, d := range page.Nodes {
			if err := r.discussion(&d); err != nil {
				return err
			}
		}
		if !page.PageInfo.HasNextPage {
			return nil
		}
		after = &page.PageInfo.EndCursor
	}
}

// A discussionPage is what one query brings.
type discussionPage = struct {
	PageInfo struct {
		HasNextPage bool
		EndCursor   string
	}
	Nodes []discussion
}

func (r *reader) discussionsAfter(after *string) (page discussionPage, err error) {
	body, _, err := r.ask.Post(r.Ctx, "/graphql", map[string]any{
		"query": discussionsQuery, "variables": map[string]any{"owner": r.owner, "name": r.name, "after": after},
	})
	if err != nil {
		return page, err
	}
	defer body.Close()
	var answer discussions
	if err := json.NewDecoder(body).Decode(&answer); err != nil {
		return page, fmt.Errorf("discussions: the answer is not the JSON that the API documents: %w", err)
	}
	if answer.Data.Repository == nil {
		return page, fmt.Errorf("discussions: the API answered without the repository")
	}
	return answer.Data.Repository.Discussions, nil
}

// discussion shows a discussion as one text.
func (r *reader) discussion(d *discussion) error {
	path := fmt.Sprint("discussions/", d.Number)
	text := d.Title + "\n\n" + d.Body
	for _, c := range d.Comments.Nodes {
		text += "\n\n" + c.Body
		for _, reply := range c.Replies.Nodes {
			text += "\n\n" + reply.Body
		}
	}
	if d.Comments.PageInfo.HasNextPage {
		r.Gap(path, "has more than 100 comments: the first were read")
	}
	return r.Text(r.At(path, sprawl.SaysCustody, collab), text)
}

// releases shows what releases say, and the files that belong to them.
func (r *reader) releases() error {
	if _, err := r.inRepository(); err != nil {
		return err
	}
	return pages(r.Ctx, func(rel *gh.RepositoryRelease) error {
		path := "releases/" + rel.GetTagName()
		if err := r.Text(r.At(path, sprawl.SaysCustody, collab), rel.GetName()+"\n\n"+rel.GetBody()); err != nil {
			return err
		}
		for _, a := range rel.Assets {
			at := r.At(path+"/"+a.GetName(), sprawl.SaysCustody, "artifact")
			err := r.Stream(at, func() (io.ReadCloser, error) {
				return r.ask.Download(r.Ctx, fmt.Sprintf("/repos/%s/%s/releases/assets/%d", r.owner, url.PathEscape(r.name), a.GetID()), "application/octet-stream")
			})
			if err != nil {
				return err
			}
		}
		return nil
	}, func(o gh.ListOptions) ([]*gh.RepositoryRelease, *gh.Response, error) {
		return r.api.Repositories.ListReleases(r.Ctx, r.owner, r.name, &o)
	})
}

// gists shows the files of the owner's gists.
func (r *reader) gists() error {
	return pages(r.Ctx, func(g *gh.Gist) error {
		whole, _, err := r.api.Gists.Get(r.Ctx, g.GetID())
		if err != nil {
			return r.Miss("gists/"+g.GetID(), err)
		}
		visibility := map[bool]string{true: "public", false: "private"}[whole.GetPublic()]
		for name, f := range whole.Files {
			path := "gists/" + g.GetID() + "/" + string(name)
			if int64(f.GetSize()) > int64(len(f.GetContent())) {
				r.Gap(path, "GitHub cuts files of a gist after a million bytes: the start was read")
			}
			at := r.At(path, sprawl.SaysCustody, collab, sprawl.SaysVisibility, visibility, sprawl.SaysModified, forge.Stamp(whole.GetUpdatedAt().Time))
			if err := r.Text(at, f.GetContent()); err != nil {
				return err
			}
		}
		return nil
	}, func(o gh.ListOptions) ([]*gh.Gist, *gh.Response, error) {
		return r.api.Gists.List(r.Ctx, r.owner, &gh.GistListOptions{ListOptions: o})
	})
}
