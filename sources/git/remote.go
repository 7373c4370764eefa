package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
	"github.com/go-git/go-git/v5/plumbing/transport/ssh"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/git/internal/pack"
)

// A remote is a repository on another machine. It is read as its pack arrives
// and is never written to disk as a repository.
type remote struct {
	endpoint *transport.Endpoint
	client   transport.Transport
	auth     transport.AuthMethod // nil: what the transport itself does, which for ssh is the agent
	secret   *strings.Replacer    // takes the user information out of error texts

	pack    *pack.Pack
	once    sync.Once
	indexed error
}

// dial prepares to connect to url. Nothing is sent yet. Credentials come from
// the URL or, for ssh, from the agent, or else from login, which may be nil;
// never from a credential helper.
func dial(url string, login func(host string) (user, password string)) (*remote, error) {
	ep, err := transport.NewEndpoint(url)
	if err != nil {
		return nil, fmt.Errorf("%w: the URL of the remote can't be parsed", ErrRequest)
	}
	r := &remote{endpoint: ep, secret: strings.NewReplacer()}
	if ep.Password != "" {
		r.secret = strings.NewReplacer(ep.Password, "…")
	}
	switch ep.Protocol {
	case "http", "https":
		r.client = githttp.NewClient(&http.Client{Transport: http.DefaultTransport})
		if ep.User == "" && ep.Password == "" && login != nil {
			ep.User, ep.Password = login(hostOf(ep))
		}
		r.basicAuth()
	case "ssh":
		r.client = ssh.DefaultClient
	default:
		return nil, fmt.Errorf("%w: remotes of the %s protocol are not supported; use https or ssh", ErrRequest, ep.Protocol)
	}
	return r, nil
}

// hostOf returns the host with its port, if that is not the protocol's own.
func hostOf(ep *transport.Endpoint) string {
	if ep.Port == 0 || ep.Port == 443 && ep.Protocol == "https" || ep.Port == 80 && ep.Protocol == "http" {
		return ep.Host
	}
	return fmt.Sprint(ep.Host, ":", ep.Port)
}

// basicAuth moves the user information out of the URL, so that no error that
// quotes the URL holds it. The transport drops it when it is redirected to
// another host.
func (r *remote) basicAuth() {
	ep := r.endpoint
	if ep.User == "" && ep.Password == "" {
		return
	}
	r.auth = &githttp.BasicAuth{Username: ep.User, Password: ep.Password}
	words := []string{ep.User, "…"}
	if ep.Password != "" {
		words = append(words, ep.Password, "…")
	}
	if ep.User == "" {
		words = words[2:]
	}
	r.secret = strings.NewReplacer(words...)
	ep.User, ep.Password = "", ""
}

// fetch asks the remote for everything its refs lead to, and receives it.
func (r *Repo) fetch(ctx context.Context) error {
	err := r.receive(ctx)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, transport.ErrEmptyRemoteRepository):
		r.objs = &objects{}
		return nil
	case errors.Is(err, transport.ErrRepositoryNotFound):
		return fmt.Errorf("%w: %s does not exist, or needs a login that was not given", ErrRequest, r.target)
	}
	return &sprawl.Gap{Target: r.target, What: "repository", Why: "can't be fetched: " + r.remote.secret.Replace(err.Error())}
}

func (r *Repo) receive(ctx context.Context) error {
	session, err := r.remote.client.NewUploadPackSession(r.remote.endpoint, r.remote.auth)
	if err != nil {
		return err
	}
	defer session.Close()
	adv, err := session.AdvertisedReferencesContext(ctx)
	if err != nil {
		return err
	}
	r.advertised(adv)
	res, err := session.UploadPack(ctx, request(adv))
	if err != nil {
		return err
	}
	defer res.Close()
	var stream io.Reader = res
	if adv.Capabilities.Supports(capability.Sideband64k) {
		stream = sideband.NewDemuxer(sideband.Sideband64k, res)
	}
	p, err := pack.Receive(ctx, stream, nil, r.opt.Progress)
	if err != nil {
		return err
	}
	r.remote.pack = p
	r.objs = &objects{stores: []*pack.Store{pack.NewStore(p)}}
	r.objs.number0()
	return nil
}

// request asks for every object that any ref leads to, whatever its name.
func request(adv *packp.AdvRefs) *packp.UploadPackRequest {
	req := packp.NewUploadPackRequest()
	for _, c := range []capability.Capability{capability.Sideband64k, capability.OFSDelta} {
		if adv.Capabilities.Supports(c) {
			req.Capabilities.Set(c)
		}
	}
	if adv.Capabilities.Supports(capability.Agent) {
		req.Capabilities.Set(capability.Agent, "sprawl")
	}
	want := make(map[plumbing.Hash]bool)
	if adv.Head != nil {
		want[*adv.Head] = true
	}
	for _, h := range adv.References {
		want[h] = true
	}
	for h := range want {
		req.Wants = append(req.Wants, h)
	}
	plumbing.HashesSort(req.Wants)
	return req
}

// advertised keeps the refs of the remote.
func (r *Repo) advertised(adv *packp.AdvRefs) {
	r.refs = refs{}
	for name, h := range adv.References {
		r.refs.all = append(r.refs.all, ref{name: name, id: objectID(h)})
	}
	for _, v := range adv.Capabilities.Get(capability.SymRef) {
		if to, ok := strings.CutPrefix(v, "HEAD:"); ok {
			r.refs.head = to
		}
	}
	if adv.Head != nil {
		r.refs.all = append(r.refs.all, ref{name: "HEAD", id: objectID(*adv.Head), to: r.refs.head})
	}
	sort.Slice(r.refs.all, func(i, j int) bool { return r.refs.all[i].name < r.refs.all[j].name })
	r.shallow = make(map[sprawl.ID]bool)
	for _, h := range adv.Shallows {
		r.shallow[objectID(h)] = true
	}
	if n := len(adv.Shallows); n > 0 {
		r.tally.gap(r.target, "history", fmt.Sprintf("the remote itself lacks what lies before %d shallow commits", n))
	}
}

func objectID(h plumbing.Hash) (id sprawl.ID) {
	copy(id[:], h[:])
	return id
}

// index makes the objects of a fetched pack findable by id. Every unit must
// have been read.
func (r *Repo) index(ctx context.Context) error {
	if r.remote == nil || r.remote.pack == nil {
		return nil
	}
	r.remote.once.Do(func() { r.remote.indexed = r.remote.pack.Index(ctx) })
	if r.remote.indexed != nil {
		return &sprawl.Gap{Target: r.target, What: "pack", Why: r.remote.indexed.Error()}
	}
	return nil
}
