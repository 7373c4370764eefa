package register

import (
	"io"

	"github.com/hmarr/codeowners"
)

// Codeowners reads a CODEOWNERS file (docs.github.com, "About code owners"): it
// returns who owns a path, by the last pattern that matches.
func Codeowners(r io.Reader) (func(path string) []string, error) {
	rules, err := codeowners.ParseFile(r)
	if err != nil {
		return nil, err
	}
	return func(path string) (names []string) {
		rule, err := rules.Match(path)
		if err != nil || rule == nil {
			return nil
		}
		for _, o := range rule.Owners {
			names = append(names, o.String())
		}
		return names
	}, nil
}
