package detectors

import (
	"bytes"
	"slices"
	"strings"
)

const (
	maxBack  = 32 << 10 // bytes before a value in which its key path is looked for
	maxNames = 16       // names of a key path, and levels that are climbed
	maxKey   = 200      // bytes of a key path
)

// keyPath returns the names under which a structured file holds the value
// data[lo:hi], joined by dots: services.db.environment.DB_PASSWORD. It is ""
// where the file has no structure that its name tells of, or the value stands
// in none. It looks backwards from the value, at most maxBack bytes.
func keyPath(path string, data []byte, lo, hi int) string {
	base := strings.ToLower(path[strings.LastIndexAny(path, "/!")+1:])
	names := climberOf(base)
	if names == nil {
		return ""
	}
	from := max(0, lo-maxBack)
	return joinNames(names(data[from:hi], lo-from))
}

// A climber returns the names above the value that begins at text[at:] and ends
// with text, the innermost first.
type climber func(text []byte, at int) []string

// climberOf returns what reads the structure of files of that name, or nil.
func climberOf(base string) climber {
	if strings.HasPrefix(base, ".env") || strings.HasPrefix(base, "dockerfile") || strings.HasSuffix(base, "dockerfile") {
		return climbLine
	}
	for _, suffix := range [...]string{".example", ".sample", ".dist", ".template", ".tmpl", ".tpl", ".bak", ".orig", ".old", ".default", ".j2"} {
		base = strings.TrimSuffix(base, suffix)
	}
	switch base[strings.LastIndexByte(base, '.')+1:] {
	case "json", "ipynb", "tfstate", "json5", "jsonc", "webmanifest":
		return climbJSON
	case "yml", "yaml":
		return climbYAML
	case "toml", "ini", "cfg", "conf", "cnf", "properties", "gitconfig", "editorconfig", "service", "desktop":
		return climbSections
	case "env", "envrc":
		return climbLine
	case "tf", "hcl", "tfvars", "nomad":
		return climbBlocks
	case "xml", "plist", "config", "csproj", "props", "pom", "xaml", "resx":
		return climbXML
	}
	return nil
}

// joinNames returns names, which begin with the innermost, as a path. A name
// holds what names hold, so that nothing odd reaches a terminal.
func joinNames(names []string) string {
	var b strings.Builder
	for _, name := range slices.Backward(names) {
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		for _, r := range name {
			if r < ' ' || r == 0x7f || r == 0xFFFD || r >= 0x80 && r < 0xa0 || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
				r = '?'
			}
			b.WriteRune(r)
		}
	}
	if b.Len() > maxKey {
		return "…" + strings.ToValidUTF8(b.String()[b.Len()-maxKey:], "")
	}
	return b.String()
}

// climbLine knows no structure but that of a line: NAME=value.
func climbLine(text []byte, at int) []string {
	if name := nameOfLine(lineBefore(text, at)); name != "" {
		return []string{name}
	}
	return nil
}

// lineBefore returns the line that holds text[at] up to there.
func lineBefore(text []byte, at int) []byte {
	return text[bytes.LastIndexByte(text[:at], '\n')+1 : at]
}

// nameOfLine returns the name that a line gives a value to, of which before is
// what stands before the value: the last word before the last sign that gives.
func nameOfLine(before []byte) string {
	end := bytes.LastIndexAny(before, "=:")
	if end < 0 {
		fields := bytes.Fields(before)
		if len(fields) < 2 {
			return "" // ENV NAME value has two words before it
		}
		return string(fields[len(fields)-1])
	}
	name := bytes.TrimRight(before[:end], " \t:=\"'")
	if i := bytes.LastIndexAny(name, " \t\"',;{([&?"); i >= 0 {
		name = name[i+1:]
	}
	return string(name)
}

// climbSections reads the sections of INI and TOML.
func climbSections(text []byte, at int) []string {
	names := climbLine(text, at)
	if names == nil {
		return nil
	}
	for end := bytes.LastIndexByte(text[:at], '\n'); end >= 0; {
		start := bytes.LastIndexByte(text[:end], '\n') + 1
		line := bytes.TrimSpace(text[start:end])
		if len(line) > 2 && line[0] == '[' && line[len(line)-1] == ']' {
			return append(names, string(bytes.Trim(line, "[] \t\"'")))
		}
		end = start - 1
	}
	return names
}

// climbBlocks reads the blocks of HCL.
func climbBlocks(text []byte, at int) []string {
	names := climbLine(text, at)
	depth := 0
	for i := at - 1; i >= 0 && names != nil && len(names) < maxNames; i-- {
		switch text[i] {
		case '}':
			depth++
		case '{':
			if depth > 0 {
				depth--
				continue
			}
			head := bytes.TrimSpace(bytes.TrimRight(lineBefore(text, i), " \t=:"))
			words := strings.Fields(string(bytes.ReplaceAll(head, []byte(`"`), nil)))
			if len(words) > 0 {
				names = append(names, strings.Join(words, "."))
			}
			i -= len(lineBefore(text, i))
		}
	}
	return names
}

// climbYAML reads the levels that indentation makes.
func climbYAML(text []byte, at int) (names []string) {
	line := lineBefore(text, at)
	key, indent := yamlKey(line)
	if inline := nameOfLine(line); inline != "" && inline != key {
		names = append(names, inline) // - NAME=value, key: {name: value}
	}
	if key != "" {
		names = append(names, key)
	} else {
		indent = len(line) - len(bytes.TrimLeft(line, " ")) + 1
	}
	end := at - len(line) - 1
	if key == "value" {
		if name := siblingName(text, end, indent); name != "" {
			names[len(names)-1] = name
		}
	}
	for end > 0 && indent > 0 && len(names) < maxNames {
		line := lineBefore(text, end)
		if above, its := yamlKey(line); above != "" && its < indent && opensBlock(line[its:]) {
			names, indent = append(names, above), its
		}
		end -= len(line) + 1
	}
	return names
}

// opensBlock reports whether a line of YAML leaves what its key holds to the
// lines that follow.
func opensBlock(line []byte) bool {
	_, rest, _ := bytes.Cut(line, []byte(":"))
	rest = bytes.TrimSpace(rest)
	return len(rest) == 0 || bytes.IndexByte([]byte("|>&!#"), rest[0]) >= 0
}

// yamlKey returns the key that a line of YAML begins with, and the column in
// which it stands, -1 where there is none.
func yamlKey(line []byte) (key string, indent int) {
	i := 0
	for i < len(line) && (line[i] == ' ' || line[i] == '-' && i+1 < len(line) && line[i+1] == ' ') {
		i++
	}
	k := i
	for k < len(line) && line[k] != ':' && line[k] != '=' && line[k] != '#' && line[k] != '{' {
		k++
	}
	if k == i || k >= len(line) || line[k] != ':' || k+1 < len(line) && line[k+1] != ' ' && line[k+1] != '\r' {
		return "", -1
	}
	return string(bytes.Trim(line[i:k], " \t\"'")), i
}

// siblingName returns what the key "name" holds that stands in the line before
// end, or at most three lines above, in the same column.
func siblingName(text []byte, end, indent int) string {
	for range 3 {
		if end <= 0 {
			return ""
		}
		line := lineBefore(text, end)
		if key, its := yamlKey(line); its == indent && (key == "name" || key == "key") {
			_, name, _ := bytes.Cut(line, []byte(":"))
			return string(bytes.Trim(name, " \t\r\"'"))
		}
		end -= len(line) + 1
	}
	return ""
}
