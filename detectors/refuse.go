package detectors

import "bytes"

// refuse says why c's value is none to weigh: it is empty, or says by its form
// that it refers to something else or hides something.
func (c *candidate) refuse(data []byte) string {
	value := c.value.of(data)
	switch {
	case len(value) < 3:
		return "too short"
	case bytes.Count(value, []byte(" ")) > 5:
		return "a sentence"
	case isTemplate(value), holdsTemplate(value):
		return "a template"
	case betweenTexts(value):
		return "an expression between two texts"
	case !c.value.quoted && value[0] == '$' && isLetter(value[1]):
		return "a variable"
	case masked(value):
		return "masked"
	case isNothing(value):
		return "stands for no value"
	}
	for _, start := range [...]string{"env:", "env.", "process.", "os.", "ENV[", "http://", "https://", "arn:", "ssm:", "vault:", "secret:", "secrets.", "file:", "./", "../", "~/", "ENC(", "ENC[", "ansible-vault", "!", "projects/", "data:", "op://", "jdbc:", "mailto:", "classpath:", "javascript:"} {
		if has(value, start) && (c.value.quoted || !has(value, "!") || len(value) < 8) {
			return "refers to something else"
		}
	}
	for _, inside := range [...]string{"${", "#{", "{{", "<%", "%(", "$(", "{%", ":\"", "%s", "%d", "%v"} {
		if bytes.Contains(value, []byte(inside)) {
			return "a template"
		}
	}
	if !c.value.quoted && (has(value, "0x") || value[0] == '@' && isIdentifier(value[1:])) {
		return "a number or a template"
	}
	if value[0] == '/' && bytes.Count(value, []byte("/")) > 1 && isPath(value) {
		return "a path"
	}
	if near := data[max(0, c.value.from-maxNear+1):c.value.from]; anyFold(near[bytes.LastIndexByte(near, '\n')+1:], "badge", "codecov.io", "shields.io") {
		return "the token of a badge, which is public"
	}
	if c.how == byDefault && (value[0] == '+' || value[0] == '?') {
		return "not a default"
	}
	if bytes.EqualFold(value, c.name.of(data)) {
		return "the value is the name"
	}
	return ""
}

// betweenTexts reports whether value stands between the end of one string
// literal and the beginning of another: "password: " + x + "…"
func betweenTexts(value []byte) bool {
	inner := bytes.TrimSpace(value)
	return len(inner) > 1 && bytes.IndexByte([]byte("+.&,"), inner[0]) >= 0 && bytes.IndexByte([]byte("+.&,("), inner[len(inner)-1]) >= 0
}

// isPath reports whether value holds only what paths do.
func isPath(value []byte) bool {
	for _, c := range value {
		if !isWord(c) && bytes.IndexByte([]byte("/.-{}$"), c) < 0 {
			return false
		}
	}
	return true
}

// masked reports whether value shows dots, stars or crosses in place of a
// secret.
func masked(value []byte) bool {
	n := bytes.Count(value, []byte("*")) + bytes.Count(value, []byte("•")) + bytes.Count(value, []byte("…"))
	if n >= 3 && 2*n >= len(value) || bytes.Contains(value, []byte("...")) || bytes.Contains(value, []byte("****")) || bytes.Contains(value, []byte("…")) {
		return true
	}
	rest := bytes.TrimLeft(value, string(value[:1])+"-")
	return len(rest) == 0
}

// isNothing reports whether value is a word that languages and formats have for
// no value, or for a type.
func isNothing(value []byte) bool {
	if len(value) > 12 {
		return false
	}
	var buf [12]byte
	switch string(lowered(buf[:], value)) {
	case "true", "false", "null", "none", "nil", "undefined", "yes", "no", "string", "str", "bytes", "bool", "boolean", "int", "integer",
		"object", "any", "void", "char", "optional", "required", "varchar", "text", "self", "this", "return", "empty", "blank", "number",
		"value", "values", "hidden", "masked", "redacted", "[redacted]", "[filtered]", "[hidden]", "(hidden)", "<hidden>", "\\0", "n/a", "nan", "array", "default", "const", "final":
		return true
	}
	return false
}
