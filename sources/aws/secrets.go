package aws

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/forge"
)

// stale is after how long a secret that nobody changed is told of.
const stale = 365 * 24 * time.Hour

// secrets lists the names of secrets.
func (s *Store) secrets(ctx context.Context, yield func(sprawl.Unit) error) error {
	in := map[string]any{"MaxResults": 100}
	if s.prefix != "" {
		in["Filters"] = []map[string]any{{"Key": "name", "Values": []string{"/" + s.prefix, s.prefix}}}
	}
	for {
		var out struct {
			SecretList []struct{ Name string }
			NextToken  string
		}
		if err := s.call(ctx, "ListSecrets", in, &out); err != nil {
			return err
		}
		for _, secret := range out.SecretList {
			// The filter knows no case.
			if !strings.HasPrefix(strings.TrimPrefix(secret.Name, "/"), s.prefix) {
				continue
			}
			if err := yield(sprawl.Unit{Target: s.target, Name: secret.Name, Bytes: 1 << 12, Remote: true}); err != nil {
				return err
			}
		}
		if out.NextToken == "" {
			return nil
		}
		in["NextToken"] = out.NextToken
	}
}

// A described is what is known of a secret.
type described struct {
	ARN             string
	RotationEnabled bool
	CreatedDate     float64
	LastChangedDate float64
	Tags            []tag
	Stages          map[string][]string `json:"VersionIdsToStages"`
}

const currentStage = "AWSCURRENT"

// readSecret shows the versions of a secret that have a stage: the current one,
// the one before, and one that is being made.
func (s *Store) readSecret(r *forge.Reader, name string) error {
	var d described
	if err := s.call(r.Ctx, "DescribeSecret", map[string]any{"SecretId": name}, &d); err != nil {
		return err
	}
	says := append([]string{sprawl.SaysCustody, "managed", sprawl.SaysTenant, tenant(d.ARN)}, labels(d.Tags)...)
	s.unrotated(r, name, &d, says)
	for _, id := range slices.Sorted(maps.Keys(d.Stages)) {
		if err := r.Ctx.Err(); err != nil {
			return err
		}
		if err := s.version(r, name, id, slices.Contains(d.Stages[id], currentStage), says); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) version(r *forge.Reader, name, id string, current bool, says []string) error {
	got, err := s.get(r.Ctx, name, id)
	if err != nil {
		return r.Miss(name+", version "+id, fmt.Errorf("%s", s.why(err)))
	}
	path := name
	if !current {
		path += "@" + id
	}
	at := r.At(path, append(slices.Clone(says), sprawl.SaysVersion, id, sprawl.SaysCurrent, strconv.FormatBool(current), sprawl.SaysModified, stamp(got.CreatedDate))...)
	return (&value{name, got.data()}).show(r, at)
}

// A got is one version's value.
type got struct {
	SecretString string
	SecretBinary []byte
	CreatedDate  float64
}

func (g *got) data() []byte {
	if g.SecretString != "" {
		return []byte(g.SecretString)
	}
	return g.SecretBinary
}

func (s *Store) get(ctx context.Context, name, id string) (*got, error) {
	in, out := map[string]any{"SecretId": name}, got{}
	if id != "" {
		in["VersionId"] = id
	}
	err := s.call(ctx, "GetSecretValue", in, &out)
	return &out, err
}

// unrotated tells of a secret that nothing renews and nobody changed for long.
func (s *Store) unrotated(r *forge.Reader, name string, d *described, says []string) {
	since := moment(max(d.LastChangedDate, d.CreatedDate))
	if d.RotationEnabled || since.IsZero() || s.now().Sub(since) < stale {
		return
	}
	r.Expose(sprawl.Exposure{
		Kind: "unrotated", At: r.At(name, says...), Since: since,
		Why: "was not changed for more than a year, and nothing rotates it",
		Fix: "turn on rotation in Secrets Manager, or put a new value",
	})
}

// secret asks for one version again.
func (s *Store) secret(ctx context.Context, name, version string) (*value, error) {
	got, err := s.get(ctx, name, version)
	if err != nil {
		return nil, err
	}
	return &value{name, got.data()}, nil
}
