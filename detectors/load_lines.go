package detectors

import "strings"

// A table is where one table of a rules file and its keys stand. The TOML
// library tells neither for tables that are valid TOML and wrong for us.
type table struct {
	name string // such as "rule"
	line int
	keys map[string]int
}

// tables lists the tables of a TOML text with their lines. It is only used to
// point at errors, so it may be fooled by very odd texts, and is then off by
// some lines.
func tables(text string) []table {
	all := []table{{line: 1, keys: map[string]int{}}}
	quote := "" // of the multi-line string that we are in
	n := 0
	for line := range strings.Lines(text) {
		n++
		if quote != "" {
			if strings.Contains(line, quote) {
				quote = ""
			}
			continue
		}
		line = strings.TrimSpace(line)
		if name, ok := header(line); ok {
			all = append(all, table{name: name, line: n, keys: map[string]int{}})
			continue
		}
		quote = opens(line)
		key, _, ok := strings.Cut(line, "=")
		if key = strings.TrimSpace(key); ok && bareKey(key) {
			all[len(all)-1].keys[key] = n
		}
	}
	return all
}

// header returns the name in a line such as [[rule]] or [rule.pair].
func header(line string) (string, bool) {
	if !strings.HasPrefix(line, "[") {
		return "", false
	}
	name, _, ok := strings.Cut(strings.TrimLeft(line, "["), "]")
	name = strings.TrimSpace(name)
	return name, ok && bareKey(name)
}

// opens returns the quotes of a multi-line string that begins in line and does
// not end there.
func opens(line string) string {
	for _, quote := range []string{`"""`, `'''`} {
		if strings.Count(line, quote)%2 == 1 {
			return quote
		}
	}
	return ""
}

func bareKey(s string) bool {
	for _, c := range []byte(s) {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return s != ""
}

// ruleTables returns the [[rule]] tables, in order, each with the keys of the
// tables below it, such as "pair.with".
func ruleTables(all []table) []table {
	var rules []table
	for _, t := range all {
		below, ok := strings.CutPrefix(t.name, "rule.")
		switch {
		case t.name == "rule":
			rules = append(rules, t)
		case ok && len(rules) > 0:
			keys := rules[len(rules)-1].keys
			keys[below] = t.line
			for key, line := range t.keys {
				keys[below+"."+key] = line
			}
		}
	}
	return rules
}

// lineOfKey returns the first line in a rule that sets key, or 0. The parts of
// an inline table stand on the line of the table.
func lineOfKey(all []table, key string) int {
	for {
		for _, t := range ruleTables(all) {
			if line := t.keys[key]; line > 0 {
				return line
			}
		}
		cut := strings.LastIndexByte(key, '.')
		if cut < 0 {
			return 0
		}
		key = key[:cut]
	}
}
