package aws

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/client"
	"github.com/seed-5dd601fe/sprawl/sources/internal/entry"
	"github.com/seed-5dd601fe/sprawl/sources/internal/forge"
)

// A value is one version of a parameter or secret.
type value struct {
	name string
	data []byte
}

// fields returns the values in a secret that is a JSON object, as the console
// makes them, or the one value under the last part of its name. It is nil for
// a file.
func (v *value) fields() (all []entry.Field) {
	var object map[string]any
	if bytes.HasPrefix(bytes.TrimSpace(v.data), []byte("{")) && json.Unmarshal(v.data, &object) == nil {
		for name, inner := range object {
			text, ok := inner.(string)
			if !ok {
				raw, _ := json.Marshal(inner)
				text = string(raw)
			}
			all = append(all, entry.Field{Name: name, Value: []byte(text)})
		}
		return all
	}
	if bytes.ContainsAny(v.data, "\n\x00") {
		return nil
	}
	return []entry.Field{{Name: v.name[strings.LastIndexByte(v.name, '/')+1:], Value: v.data}}
}

// text returns what is shown of the value.
func (v *value) text() []byte {
	if fields := v.fields(); len(fields) > 0 {
		return entry.Text(fields...)
	}
	return v.data
}

func (v *value) show(r *forge.Reader, at sprawl.Location) error {
	if fields := v.fields(); len(fields) > 0 {
		return r.Fields(at, fields...)
	}
	return r.Text(at, string(v.data))
}

// tenant returns the account in an ARN, such as
// arn:aws:ssm:eu-west-1:123456789012:parameter/prod/db.
func tenant(arn string) string {
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 && parts[4] != "" {
		return "aws/" + parts[4]
	}
	return ""
}

// A tag is as AWS writes it.
type tag struct{ Key, Value string }

func labels(tags []tag) (says []string) {
	for _, t := range tags {
		says = append(says, sprawl.SaysLabel+t.Key, t.Value)
	}
	return says
}

// stamp returns a time that is written in seconds since 1970.
func stamp(seconds float64) string { return forge.Stamp(moment(seconds)) }

func moment(seconds float64) time.Time {
	if seconds <= 0 || seconds > 1<<40 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}

// atOnce is how many parameters can be asked for together.
const atOnce = 10

// parameters lists the names of parameters in groups. A name is made of letters,
// digits and ._-/ alone, so a comma can stand between them.
func (s *Store) parameters(ctx context.Context, yield func(sprawl.Unit) error) error {
	in := map[string]any{"MaxResults": 50}
	if s.prefix != "" {
		in["ParameterFilters"] = []map[string]any{{"Key": "Name", "Option": "BeginsWith", "Values": []string{"/" + s.prefix, s.prefix}}}
	}
	for {
		var out struct {
			Parameters []struct{ Name string }
			NextToken  string
		}
		if err := s.call(ctx, "DescribeParameters", in, &out); err != nil {
			return err
		}
		for group := range slices.Chunk(out.Parameters, atOnce) {
			var names []string
			for _, p := range group {
				names = append(names, p.Name)
			}
			if err := yield(sprawl.Unit{Target: s.target, Name: strings.Join(names, ","), Bytes: 1 << 14, Remote: true}); err != nil {
				return err
			}
		}
		if out.NextToken == "" {
			return nil
		}
		in["NextToken"] = out.NextToken
	}
}

// A parameter is one version of it.
type parameter struct {
	Name, Type, Value, ARN string
	Version                int
	LastModifiedDate       float64
}

func (p *parameter) value() *value { return &value{p.Name, []byte(p.Value)} }

// readParameters shows a group of parameters. Where a key may not be used, AWS
// refuses the whole group, so each is asked for on its own.
func (s *Store) readParameters(r *forge.Reader, unit string) error {
	names := strings.Split(unit, ",")
	var out struct{ Parameters []parameter }
	err := s.call(r.Ctx, "GetParameters", map[string]any{"Names": names, "WithDecryption": true}, &out)
	if err != nil && client.Status(err)/100 == 4 && client.Status(err) != http.StatusUnauthorized {
		for _, name := range names {
			p, err := s.one(r.Ctx, name)
			switch {
			case client.Status(err) == http.StatusNotFound:
			case err != nil:
				if err := r.Miss(name, fmt.Errorf("%s", s.why(err))); err != nil {
					return err
				}
			default:
				out.Parameters = append(out.Parameters, *p)
			}
		}
		err = nil
	}
	if err != nil {
		return err
	}
	for _, p := range out.Parameters {
		if err := r.Ctx.Err(); err != nil {
			return err
		}
		if err := s.showParameter(r, &p); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) one(ctx context.Context, name string) (*parameter, error) {
	var out struct{ Parameter parameter }
	err := s.call(ctx, "GetParameter", map[string]any{"Name": name, "WithDecryption": true}, &out)
	return &out.Parameter, err
}

// showParameter shows a parameter and its earlier versions.
func (s *Store) showParameter(r *forge.Reader, p *parameter) error {
	custody := "plaintext-config"
	if p.Type == "SecureString" {
		custody = "managed"
	}
	says := []string{sprawl.SaysCustody, custody, sprawl.SaysTenant, tenant(p.ARN)}
	var tags struct{ TagList []tag }
	if err := s.call(r.Ctx, "ListTagsForResource", map[string]any{"ResourceType": "Parameter", "ResourceId": p.Name}, &tags); err != nil {
		if err := r.Miss(p.Name+": its tags", fmt.Errorf("%s", s.why(err))); err != nil {
			return err
		}
	}
	says = append(says, labels(tags.TagList)...)
	at := r.At(p.Name, append(says, sprawl.SaysVersion, strconv.Itoa(p.Version), sprawl.SaysCurrent, "true", sprawl.SaysModified, stamp(p.LastModifiedDate))...)
	if err := p.value().show(r, at); err != nil || p.Version < 2 {
		return err
	}
	earlier, err := s.history(r.Ctx, p.Name)
	if err != nil {
		return r.Miss(p.Name+": its earlier versions", fmt.Errorf("%s", s.why(err)))
	}
	for _, old := range earlier {
		if old.Version == p.Version {
			continue
		}
		at := r.At(fmt.Sprint(p.Name, "@", old.Version), append(says, sprawl.SaysVersion, strconv.Itoa(old.Version), sprawl.SaysCurrent, "false", sprawl.SaysModified, stamp(old.LastModifiedDate))...)
		if err := old.value().show(r, at); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) history(ctx context.Context, name string) (all []parameter, err error) {
	in := map[string]any{"Name": name, "WithDecryption": true, "MaxResults": 50}
	for {
		var out struct {
			Parameters []parameter
			NextToken  string
		}
		if err := s.call(ctx, "GetParameterHistory", in, &out); err != nil {
			return nil, err
		}
		if all = append(all, out.Parameters...); out.NextToken == "" {
			return all, nil
		}
		in["NextToken"] = out.NextToken
	}
}

// parameter asks for one version again.
func (s *Store) parameter(ctx context.Context, name, version string) (*value, error) {
	selector := name
	if version != "" {
		selector += ":" + version
	}
	p, err := s.one(ctx, selector)
	if err != nil {
		return nil, err
	}
	return &value{name, []byte(p.Value)}, nil
}
