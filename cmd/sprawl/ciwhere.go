package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
)

// A ciRun is what a CI system says of the run that sprawl is a part of.
type ciRun struct {
	system string // "GitHub Actions", …; "" where none is known
	event  string // in the system's own word

	tip     string // the object that the change ends with; "" is HEAD
	base    string // an object or a branch that has what is not new; "" where all is to be read
	spare   string // a branch to compare with where base is gone, as after a push by force
	commits int    // how many the change has, if that is said
	nothing string // why there is nothing to read; else ""
	note    string // what the user should know about the choice of range

	fork    bool   // the change comes from people who may not push here
	project string // owner/name at GitHub
	number  int    // of the pull request
}

// noObject is what git and the CI systems write for an object that is not there.
const noObject = "0000000000000000000000000000000000000000"

// whereAmI finds out which CI system this is, and what it runs for.
func whereAmI(c console) (ciRun, error) {
	switch {
	case c.getenv("GITHUB_ACTIONS") == "true":
		return onGitHub(c)
	case c.getenv("GITLAB_CI") != "":
		return onGitLab(c), nil
	case c.getenv("JENKINS_URL") != "":
		return onJenkins(c), nil
	case c.getenv("CIRCLECI") != "":
		return onCircleCI(c), nil
	case c.getenv("TF_BUILD") != "":
		return onAzure(c), nil
	case c.getenv("BUILDKITE") != "":
		return onBuildkite(c), nil
	case c.getenv("BITBUCKET_BUILD_NUMBER") != "":
		return onBitbucket(c), nil
	}
	return ciRun{event: "none", note: "No CI system is known by its environment, so the whole history is read; --base REV reads only what is new."}, nil
}

// A githubEvent is what is needed of the payloads that GitHub documents under
// "Webhook events and payloads".
type githubEvent struct {
	Before  string            `json:"before"`
	After   string            `json:"after"`
	Ref     string            `json:"ref"`
	Deleted bool              `json:"deleted"`
	Commits []json.RawMessage `json:"commits"`

	Number      int `json:"number"`
	PullRequest *struct {
		Number  int `json:"number"`
		Commits int `json:"commits"`
		Base    struct {
			SHA string `json:"sha"`
		} `json:"base"`
		Head struct {
			SHA  string `json:"sha"`
			Repo *struct {
				FullName string `json:"full_name"`
			} `json:"repo"`
		} `json:"head"`
	} `json:"pull_request"`
	MergeGroup *struct {
		BaseSHA string `json:"base_sha"`
		HeadSHA string `json:"head_sha"`
	} `json:"merge_group"`
	Repository struct {
		FullName      string `json:"full_name"`
		DefaultBranch string `json:"default_branch"`
	} `json:"repository"`
}

// maxEvent bounds an event's payload. GitHub's own limit is 25 MB.
const maxEvent = 32 << 20

func onGitHub(c console) (ciRun, error) {
	r := ciRun{system: "GitHub Actions", event: c.getenv("GITHUB_EVENT_NAME"), project: c.getenv("GITHUB_REPOSITORY")}
	text, err := readBounded(c.getenv("GITHUB_EVENT_PATH"), maxEvent)
	if err != nil {
		return r, fmt.Errorf("the event that GITHUB_EVENT_PATH names: %w", err)
	}
	var e githubEvent
	if err := json.Unmarshal(text, &e); err != nil {
		return r, fmt.Errorf("the event that GITHUB_EVENT_PATH names is not JSON as GitHub writes it: %w", err)
	}
	switch r.event {
	case "pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment":
		err = r.pullRequest(&e)
	case "merge_group":
		if e.MergeGroup == nil {
			return r, fmt.Errorf("the event merge_group has no merge_group in it")
		}
		r.base, r.tip = e.MergeGroup.BaseSHA, e.MergeGroup.HeadSHA
	case "push":
		r.push(e.Before, e.After, e.Ref, e.Repository.DefaultBranch)
		r.commits = len(e.Commits)
		if e.Deleted {
			r.nothing = "the push deletes " + e.Ref
		}
	case "schedule", "workflow_dispatch", "repository_dispatch", "release", "workflow_call", "workflow_run":
	default:
		r.note = fmt.Sprintf("The event %s names no change, so the whole history is read.", r.event)
	}
	return r, cmp.Or(err, r.check())
}

func (r *ciRun) pullRequest(e *githubEvent) error {
	p := e.PullRequest
	if p == nil {
		return fmt.Errorf("the event %s has no pull_request in it", r.event)
	}
	r.base, r.tip, r.commits = p.Base.SHA, p.Head.SHA, p.Commits
	r.number = cmp.Or(p.Number, e.Number)
	r.fork = p.Head.Repo == nil || !strings.EqualFold(p.Head.Repo.FullName, e.Repository.FullName)
	return nil
}

// push takes over what a push brings. A branch that is new is compared with the
// main one, and so is one whose former commit is gone. Of the main branch's
// first push all is new.
func (r *ciRun) push(before, after, ref, main string) {
	r.tip, r.base, r.spare = after, before, main
	isMain := ref == "refs/heads/"+main
	if isMain {
		r.spare = ""
	}
	if before == "" || before == noObject {
		r.base, r.spare = main, ""
		if isMain {
			r.base = ""
		}
	}
	if after == noObject {
		r.tip, r.nothing = "", "the push deletes a branch or tag"
	}
}

// check refuses what no CI system would say: it goes on to git.
func (r *ciRun) check() error {
	for _, rev := range []string{r.tip, r.base, r.spare} {
		if !isRevision(rev) {
			return fmt.Errorf("%s names a revision that can be none: %q", cmp.Or(r.system, "--base"), oneLine(rev))
		}
	}
	return nil
}

// isRevision reports whether git can be given rev without taking it for
// anything else.
func isRevision(rev string) bool {
	return !strings.HasPrefix(rev, "-") && !strings.ContainsAny(rev, " \t\n\x00:?*[\\\"'") && len(rev) < 1024
}

func onGitLab(c console) ciRun {
	r := ciRun{system: "GitLab", event: c.getenv("CI_PIPELINE_SOURCE"), tip: c.getenv("CI_COMMIT_SHA")}
	switch {
	case c.getenv("CI_MERGE_REQUEST_IID") != "":
		r.base = c.getenv("CI_MERGE_REQUEST_DIFF_BASE_SHA")
		r.tip = cmp.Or(c.getenv("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"), r.tip)
		r.fork = c.getenv("CI_MERGE_REQUEST_SOURCE_PROJECT_ID") != c.getenv("CI_MERGE_REQUEST_PROJECT_ID")
	case r.event == "push" || r.event == "":
		r.push(c.getenv("CI_COMMIT_BEFORE_SHA"), r.tip, "refs/heads/"+c.getenv("CI_COMMIT_BRANCH"), c.getenv("CI_DEFAULT_BRANCH"))
	}
	return r
}

func onJenkins(c console) ciRun {
	r := ciRun{system: "Jenkins", event: "build", tip: c.getenv("GIT_COMMIT")}
	switch {
	case c.getenv("CHANGE_ID") != "":
		r.event, r.base, r.tip = "change", c.getenv("CHANGE_TARGET"), "" // GIT_COMMIT may be a merge that only Jenkins made
		r.fork = c.getenv("CHANGE_FORK") != ""
	case c.getenv("GIT_PREVIOUS_SUCCESSFUL_COMMIT") != "":
		r.base = c.getenv("GIT_PREVIOUS_SUCCESSFUL_COMMIT")
	}
	return r
}

func onCircleCI(c console) ciRun {
	r := ciRun{system: "CircleCI", event: "build", tip: c.getenv("CIRCLE_SHA1"), base: c.getenv("SPRAWL_BASE")}
	r.fork = c.getenv("CIRCLE_PR_REPONAME") != ""
	if r.base == "" {
		r.note = "CircleCI does not say what a change is compared with, so the whole history is read: SPRAWL_BASE: << pipeline.git.base_revision >> reads only what is new."
	}
	return r
}

func onAzure(c console) ciRun {
	r := ciRun{system: "Azure Pipelines", event: c.getenv("BUILD_REASON")}
	if target := c.getenv("SYSTEM_PULLREQUEST_TARGETBRANCH"); target != "" {
		r.base = strings.TrimPrefix(target, "refs/heads/")
		r.fork = strings.EqualFold(c.getenv("SYSTEM_PULLREQUEST_ISFORK"), "true")
	}
	return r
}

func onBuildkite(c console) ciRun {
	r := ciRun{system: "Buildkite", event: c.getenv("BUILDKITE_SOURCE"), tip: c.getenv("BUILDKITE_COMMIT")}
	main := c.getenv("BUILDKITE_PIPELINE_DEFAULT_BRANCH")
	switch {
	case c.getenv("BUILDKITE_PULL_REQUEST") != "" && c.getenv("BUILDKITE_PULL_REQUEST") != "false":
		r.base = cmp.Or(c.getenv("BUILDKITE_PULL_REQUEST_BASE_BRANCH"), main)
		from := c.getenv("BUILDKITE_PULL_REQUEST_REPO")
		r.fork = from != "" && bareName(from) != bareName(c.getenv("BUILDKITE_REPO"))
	case r.event != "schedule" && c.getenv("BUILDKITE_BRANCH") != main:
		r.base = main
	}
	if r.tip == "HEAD" {
		r.tip = ""
	}
	return r
}

// bareName returns the owner and name at the end of a repository's address,
// however that is written.
func bareName(address string) string {
	parts := strings.FieldsFunc(strings.ToLower(strings.TrimSuffix(address, ".git")), func(r rune) bool { return r == '/' || r == ':' })
	return strings.Join(parts[max(0, len(parts)-2):], "/")
}

func onBitbucket(c console) ciRun {
	r := ciRun{system: "Bitbucket Pipelines", event: "push", tip: c.getenv("BITBUCKET_COMMIT")}
	if c.getenv("BITBUCKET_PR_ID") != "" {
		// Pipelines of forks run in the fork, so that none of ours is one.
		r.event = "pull request"
		r.base = cmp.Or(c.getenv("BITBUCKET_PR_DESTINATION_COMMIT"), c.getenv("BITBUCKET_PR_DESTINATION_BRANCH"))
	}
	return r
}
