// Package aws reads the two stores of values of Amazon Web Services: Systems
// Manager's Parameter Store, and Secrets Manager, with earlier versions.
package aws

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/client"
	"github.com/seed-5dd601fe/sprawl/sources/internal/forge"
)

// ErrRequest is in the chain of every error that means that the target is
// wrong, and that nothing was read.
var ErrRequest = errors.New("wrong request")

// Options say how a store is read.
type Options struct {
	// Getenv looks a variable up, as AWS's own tools do: AWS_REGION,
	// AWS_DEFAULT_REGION; AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
	// AWS_SESSION_TOKEN, or else AWS_PROFILE in the file of
	// AWS_SHARED_CREDENTIALS_FILE or HOME; AWS_ENDPOINT_URL,
	// AWS_ENDPOINT_URL_SSM and AWS_ENDPOINT_URL_SECRETS_MANAGER.
	Getenv func(name string) string

	Reach     int // see unpack.Limits
	Transport http.RoundTripper
	Clock     client.Clock
	Audit     func(method, url string, status int)
}

// A Store is the Source of a region's parameters or secrets.
type Store struct {
	target sprawl.Target
	o      Options
	region string
	prefix string // of names, without a slash at its start
	ask    *client.Client
	log    forge.Log
	kind   kind
}

// A kind is one of the two services.
type kind struct {
	service  string // as requests are signed for
	protocol string // the start of X-Amz-Target
	endpoint string // the variable that names another
	list     func(s *Store, ctx context.Context, yield func(sprawl.Unit) error) error
	read     func(s *Store, r *forge.Reader, unit string) error
	again    func(s *Store, ctx context.Context, path, version string) (*value, error)
	needs    string
}

func kindOf(scheme string) (kind, bool) {
	switch scheme {
	case "ssm":
		return kind{"ssm", "AmazonSSM", "AWS_ENDPOINT_URL_SSM", (*Store).parameters, (*Store).readParameters, (*Store).parameter,
			"ssm:DescribeParameters, ssm:GetParameters, ssm:GetParameter, ssm:GetParameterHistory, ssm:ListTagsForResource and, for SecureString, kms:Decrypt"}, true
	case "secretsmanager":
		return kind{"secretsmanager", "secretsmanager", "AWS_ENDPOINT_URL_SECRETS_MANAGER", (*Store).secrets, (*Store).readSecret, (*Store).secret,
			"secretsmanager:ListSecrets, secretsmanager:DescribeSecret, secretsmanager:GetSecretValue and, for a key of one's own, kms:Decrypt"}, true
	}
	return kind{}, false
}

// Open returns the Source of t:
//
//	ssm://                                 every parameter of the region in AWS_REGION
//	ssm://prod/pay?region=eu-west-1        those whose names begin so, with a slash before or without
//	secretsmanager://prod/                 every secret whose name begins so
//
// Nothing is asked yet.
func Open(_ context.Context, t sprawl.Target, o Options) (*Store, error) {
	u, err := url.Parse(string(t))
	k, ok := kindOf(t.Scheme())
	if err != nil || !ok || !strings.HasPrefix(string(t), t.Scheme()+"://") || u.User != nil {
		return nil, fmt.Errorf("%w: %s: want ssm://PREFIX?region=NAME or secretsmanager://PREFIX?region=NAME", ErrRequest, t)
	}
	s := &Store{o: o, kind: k, region: u.Query().Get("region"), prefix: strings.TrimPrefix(u.Host+u.Path, "/")}
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
		if s.region == "" {
			s.region = o.Getenv(name)
		}
	}
	base, err := s.endpoint()
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRequest, t, err)
	}
	id, err := identify(o.Getenv)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRequest, t, err)
	}
	signed := newSigner(id, k, s.region, o.Transport, s.now)
	s.ask, err = client.New(client.Options{Base: base, Reads: []string{"/"}, Transport: signed, Clock: o.Clock, Audit: o.Audit})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	s.target = sprawl.Target(t.Scheme() + "://" + s.prefix + "?region=" + url.QueryEscape(s.region))
	return s, nil
}

func (s *Store) now() time.Time {
	if s.o.Clock != nil {
		return s.o.Clock.Now()
	}
	return time.Now()
}

// endpoint returns where the service is (AWS General Reference, "AWS service
// endpoints").
func (s *Store) endpoint() (*url.URL, error) {
	if s.region == "" || strings.Trim(s.region, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return nil, errors.New("no region: set AWS_REGION, or add ?region=eu-west-1")
	}
	for _, name := range []string{s.kind.endpoint, "AWS_ENDPOINT_URL"} {
		if own := s.o.Getenv(name); own != "" {
			u, err := url.Parse(own)
			if err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" {
				return nil, fmt.Errorf("%s is no address: want https://HOST", name)
			}
			return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
		}
	}
	host := s.kind.service + "." + s.region + ".amazonaws.com"
	if strings.HasPrefix(s.region, "cn-") {
		host += ".cn"
	}
	return &url.URL{Scheme: "https", Host: host}, nil
}

// Target returns the target with its region, as locations have it.
func (s *Store) Target() sprawl.Target { return s.target }

// Close lets go of connections.
func (s *Store) Close() error { return s.ask.Close() }

// Tally returns how many values were shown.
func (s *Store) Tally() sprawl.Tally { return s.log.Tally() }

// Exposures returns the secrets that nobody changed for a year.
func (s *Store) Exposures() []sprawl.Exposure { return s.log.Exposures() }

// Units lists parameters in tens, as they can be asked for, or each secret.
func (s *Store) Units(ctx context.Context, yield func(sprawl.Unit) error) error {
	var stop error
	err := s.kind.list(s, ctx, func(u sprawl.Unit) error {
		stop = yield(u)
		return stop
	})
	switch {
	case stop != nil:
		return stop
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return &sprawl.Gap{Target: s.target, What: "the list of names", Why: s.why(err)}
	}
	return nil
}

// why says which permissions are needed, where one is missing.
func (s *Store) why(err error) string {
	if client.Status(err) == http.StatusForbidden {
		return err.Error() + "; it needs " + s.kind.needs
	}
	return err.Error()
}

// Read shows parameters, or a secret, in every version that is there.
func (s *Store) Read(ctx context.Context, u sprawl.Unit, v sprawl.Visitor) error {
	r := forge.NewReader(ctx, &s.log, v, s.target, s.o.Reach, func(err error) error { return err })
	r.Says = forge.With(nil, sprawl.SaysCluster, s.region)
	return r.Result(u.Name, s.kind.needs, s.kind.read(s, r, u.Name))
}

// Reread shows again the value at a location.
func (s *Store) Reread(ctx context.Context, at *sprawl.Location, yield func([]byte) error) error {
	path, version := at.Path, ""
	if at.Says[sprawl.SaysCurrent] == "false" {
		version = at.Says[sprawl.SaysVersion]
		path = strings.TrimSuffix(path, "@"+version)
	}
	v, err := s.kind.again(s, ctx, path, version)
	switch {
	case client.Status(err) == http.StatusNotFound:
		return errors.Join(sprawl.ErrGone, err)
	case err != nil:
		return &sprawl.Gap{Target: at.Target, What: at.Path, Why: s.why(err)}
	}
	return yield(v.text())
}
