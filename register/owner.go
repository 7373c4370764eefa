package register

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/hmarr/codeowners"
	"gopkg.in/yaml.v3"

	"github.com/seed-5dd601fe/sprawl"
)

// maxPatterns bounds how many patterns a path is compared with.
const maxPatterns = 5000

// Codeowners reads a CODEOWNERS file (docs.github.com, "About code owners"): it
// returns who owns a path, by the last pattern that matches. The file is a
// stranger's: whatever is in it, neither reading nor asking panics.
func Codeowners(r io.Reader) (owners func(path string) []string, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the CODEOWNERS file can't be understood")
		}
	}()
	rules, err := codeowners.ParseFile(r)
	if err != nil {
		return nil, err
	}
	if len(rules) > maxPatterns {
		return nil, fmt.Errorf("the CODEOWNERS file has more than %d patterns", maxPatterns)
	}
	return func(path string) []string { return ownersOf(rules, path) }, nil
}

// ownersOf returns who owns path. The library panics on some patterns, such as
// a lone slash: nobody owns anything by them.
func ownersOf(rules codeowners.Ruleset, path string) (names []string) {
	path, _, _ = strings.Cut(path, "!") // inside an archive
	for i := len(rules) - 1; i >= 0; i-- {
		if !ruleMatches(&rules[i], path) {
			continue
		}
		for _, o := range rules[i].Owners {
			names = append(names, o.String())
		}
		return names
	}
	return nil
}

func ruleMatches(rule *codeowners.Rule, path string) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	ok, err := rule.Match(path)
	return ok && err == nil
}

// The kinds of owners.
const (
	Technical = "technical"
	Business  = "business"
)

// An OwnerRule says who answers for what. Match is a credential's id; or
// "unit:" and the name of a repository, project or store; or "workload:" and a
// name; or a target, and after a space the beginning of paths in it.
type OwnerRule struct {
	Match     string    `json:"match"`
	Kind      string    `json:"kind"`
	Owner     string    `json:"owner"`
	Source    string    `json:"source"`
	Confirmed time.Time `json:"confirmed"`
}

// matches reports whether the rule speaks of e.
func (r *OwnerRule) matches(e *Entry) bool {
	if strings.HasPrefix(r.Match, "cr_") {
		return r.Match == e.ID || slices.ContainsFunc(e.Names, func(n string) bool { return idOf(n) == r.Match })
	}
	unit, isUnit := strings.CutPrefix(r.Match, "unit:")
	workload, isWorkload := strings.CutPrefix(r.Match, "workload:")
	target, path, _ := strings.Cut(r.Match, " ")
	return slices.ContainsFunc(e.Places, func(p Place) bool {
		switch {
		case isUnit:
			t := strings.TrimSuffix(strings.TrimSuffix(string(p.Target), "/"), ".git")
			return zoneFacet(p.Zone, "unit") == unit || strings.HasSuffix(t, "/"+unit)
		case isWorkload:
			return p.Workload == workload || zoneFacet(p.Zone, "workload") == workload
		}
		return string(p.Target) == target && strings.HasPrefix(p.Path, path)
	})
}

// idOf returns the id of the credential with that name: one that had another
// key when somebody wrote its id down still answers to it.
func idOf(name string) string {
	_, digits, _ := strings.Cut(name, ".")
	raw, err := hex.DecodeString(digits)
	if err != nil || len(raw) != len(sprawl.Fingerprint{}) {
		return ""
	}
	return credentialID(sprawl.Fingerprint(raw))
}

// own adds to e the owners that rules name, and reports whether that is news.
func (e *Entry) own(rules []OwnerRule) bool {
	before := text(&e.Owners)
	for i := range rules {
		if r := &rules[i]; r.matches(e) {
			e.Owners = uniteOwners(e.Owners, []Owner{{Name: r.Owner, Kind: r.Kind, Source: r.Source, Confidence: 100, Confirmed: r.Confirmed}})
		}
	}
	return text(&e.Owners) != before
}

// zoneFacet returns the value of a facet in a zone as places keep it.
func zoneFacet(zone, name string) string {
	for f := range strings.SplitSeq(zone, ";") {
		if k, v, _ := strings.Cut(f, "="); k == name {
			return v
		}
	}
	return ""
}

func uniteRules(a, b []OwnerRule) []OwnerRule {
	all := union(a, b, func(r *OwnerRule) string { return r.Match + "\x00" + r.Kind }, func(x, y *OwnerRule) OwnerRule {
		return *newer(x, y, func(r *OwnerRule) time.Time { return r.Confirmed })
	})
	slices.SortFunc(all, func(x, y OwnerRule) int { return cmp.Or(cmp.Compare(x.Match, y.Match), cmp.Compare(x.Kind, y.Kind)) })
	return all
}

// maxOwners bounds what one import may bring.
const maxOwners = 1 << 20

// OwnersCSV reads who owns what from a table with a column match, as OwnerRule
// tells, and one or both of technical and business. Errors name the line.
func OwnersCSV(r io.Reader, source string, at time.Time) (rules []OwnerRule, err error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord, in.TrimLeadingSpace = -1, true
	head, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source, err)
	}
	column := map[string]int{}
	for i, name := range head {
		column[strings.ToLower(strings.TrimSpace(name))] = i
	}
	match, ok := column["match"]
	if !ok {
		return nil, fmt.Errorf("%s:1: has no column called match; want match,technical,business", source)
	}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rules, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", source, err)
		}
		line, _ := in.FieldPos(0)
		if match >= len(row) || strings.TrimSpace(row[match]) == "" {
			return nil, fmt.Errorf("%s:%d: says not what is owned", source, line)
		}
		for _, kind := range []string{Technical, Business} {
			if i, ok := column[kind]; ok && i < len(row) && strings.TrimSpace(row[i]) != "" {
				rules = append(rules, OwnerRule{clean(strings.TrimSpace(row[match])), kind, clean(strings.TrimSpace(row[i])), source, at})
			}
		}
		if len(rules) > maxOwners {
			return nil, fmt.Errorf("%s: names more than %d owners", source, maxOwners)
		}
	}
}

// OwnersBackstage reads who owns what from a catalogue as Backstage keeps it
// (backstage.io, "Descriptor Format of Catalog Entities"): the repository of
// each entity, and the workload of its name, belong to spec.owner.
func OwnersBackstage(r io.Reader, source string, at time.Time) (rules []OwnerRule, err error) {
	in := yaml.NewDecoder(io.LimitReader(r, 64<<20))
	for n := 1; ; n++ {
		var entity struct {
			Kind     string `yaml:"kind"`
			Metadata struct {
				Name        string            `yaml:"name"`
				Annotations map[string]string `yaml:"annotations"`
			} `yaml:"metadata"`
			Spec struct {
				Owner string `yaml:"owner"`
			} `yaml:"spec"`
		}
		if err := in.Decode(&entity); errors.Is(err, io.EOF) {
			return rules, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: document %d is no entity of a catalogue: %w", source, n, err)
		}
		owner := clean(strings.TrimPrefix(strings.TrimPrefix(entity.Spec.Owner, "group:"), "user:"))
		if owner == "" || entity.Kind != "Component" && entity.Kind != "Resource" && entity.Kind != "API" {
			continue
		}
		for _, m := range []string{unitOf(entity.Metadata.Annotations), "workload:" + entity.Metadata.Name} {
			if m != "" && m != "workload:" {
				rules = append(rules, OwnerRule{clean(m), Technical, owner, source, at})
			}
		}
		if len(rules) > maxOwners {
			return nil, fmt.Errorf("%s: names more than %d owners", source, maxOwners)
		}
	}
}

// unitOf returns the repository that annotations name, as a match.
func unitOf(annotations map[string]string) string {
	for _, key := range []string{"github.com/project-slug", "gitlab.com/project-slug"} {
		if slug := strings.Trim(annotations[key], "/ "); slug != "" {
			return "unit:" + slug
		}
	}
	_, at, ok := strings.Cut(annotations["backstage.io/source-location"], "://")
	parts := strings.Split(strings.Trim(at, "/"), "/")
	if !ok || len(parts) < 3 {
		return ""
	}
	return "unit:" + parts[1] + "/" + strings.TrimSuffix(parts[2], ".git")
}

// Own keeps rules, and names the owners that they tell of. It returns how many
// credentials have got an owner by them.
func (s *Store) Own(ctx context.Context, rules []OwnerRule) (n int, err error) {
	at := now()
	return n, s.write(ctx, func(tx *sql.Tx) error {
		old, err := s.ownerRules(ctx, tx)
		if err != nil {
			return err
		}
		if err := s.saveRules(ctx, tx, uniteRules(old, rules)); err != nil {
			return err
		}
		numbers, err := s.numbers(ctx, tx)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(numbers, recordAtOnce) {
			known, err := s.load(ctx, tx, some, false)
			if err != nil {
				return err
			}
			var changed []*kept
			for _, k := range known {
				if k.own(rules) {
					n++
					k.Events = []Event{{at, Owned, k.Owner().Name}}
					changed = append(changed, k)
				}
			}
			if err := s.save(ctx, tx, changed, at); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) numbers(ctx context.Context, q queryer) (all []int64, err error) {
	err = s.query(ctx, q, func(rows *sql.Rows) error {
		var n int64
		err := rows.Scan(&n)
		all = append(all, n)
		return err
	}, "SELECT n FROM credentials ORDER BY n")
	return all, err
}

func (s *Store) ownerRules(ctx context.Context, q queryer) (rules []OwnerRule, err error) {
	err = s.query(ctx, q, func(rows *sql.Rows) error {
		var r OwnerRule
		var at int64
		err := rows.Scan(&r.Match, &r.Kind, &r.Owner, &r.Source, &at)
		r.Confirmed = moment(at)
		rules = append(rules, r)
		return err
	}, "SELECT match, kind, owner, source, confirmed FROM owners ORDER BY match, kind")
	return rules, err
}

func (s *Store) saveRules(ctx context.Context, tx *sql.Tx, rules []OwnerRule) error {
	var rows [][]any
	for _, r := range rules {
		rows = append(rows, []any{r.Match, r.Kind, r.Owner, r.Source, stamp(r.Confirmed)})
	}
	const columns = "match, kind, owner, source, confirmed"
	return s.insert(ctx, tx, "owners", columns, "ON CONFLICT (match, kind) DO UPDATE SET owner=excluded.owner, source=excluded.source, confirmed=excluded.confirmed", rows)
}
