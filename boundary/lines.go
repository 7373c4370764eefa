package boundary

import (
	"strings"

	"github.com/BurntSushi/toml"
)

// A tableLines is where one table of a policy file and its keys stand. The TOML
// library tells neither for what is valid TOML and wrong for us.
type tableLines struct {
	name string
	line int
	keys map[string]int
}

// findLines lists the tables of a TOML text with their lines. It is only used to
// point at errors and entries, so it may be fooled by very odd texts, and is
// then off by some lines.
func findLines(text string) []tableLines {
	all := []tableLines{{line: 1, keys: map[string]int{}}}
	n, quote := 0, ""
	for line := range strings.Lines(text) {
		n++
		if quote != "" {
			if strings.Contains(line, quote) {
				quote = ""
			}
			continue
		}
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "["); ok && !strings.Contains(line, "=") {
			name, _, _ = strings.Cut(strings.TrimPrefix(name, "["), "]")
			all = append(all, tableLines{name: strings.TrimSpace(name), line: n, keys: map[string]int{}})
			continue
		}
		quote = openQuote(line)
		if key, _, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			key = strings.Trim(strings.TrimSpace(key), `"'`)
			all[len(all)-1].keys[key] = n
		}
	}
	return all
}

// openQuote returns the quotes of a multi-line string that begins in line and
// does not end there.
func openQuote(line string) string {
	for _, quote := range []string{`"""`, `'''`} {
		if strings.Count(line, quote)%2 == 1 {
			return quote
		}
	}
	return ""
}

// lineOf returns the line of a key of the nth table called name, which may stand
// in a table of its own below that; the line of the table where the key isn't
// found.
func lineOf(all []tableLines, name string, n int, key string) int {
	for i := range all {
		if all[i].name != name {
			continue
		}
		if n--; n >= 0 {
			continue
		}
		line := all[i].line
		for k := i; k < len(all); k++ {
			t := &all[k]
			switch {
			case k == i && t.keys[key] > 0:
				return t.keys[key]
			case k > i && t.name == name+"."+key:
				return t.line
			case k > i && !strings.HasPrefix(t.name, name+"."):
				return line
			}
		}
		return line
	}
	return 1
}

// lineOfKey returns the line of the first key of that name.
func lineOfKey(all []tableLines, key toml.Key) int {
	last := key[len(key)-1]
	table := strings.Join(key[:len(key)-1], ".")
	for i := range all {
		if t := &all[i]; t.name == table && t.keys[last] > 0 {
			return t.keys[last]
		} else if t.name == key.String() {
			return t.line
		}
	}
	if len(key) > 1 {
		return lineOfKey(all, key[:len(key)-1])
	}
	return 1
}
