package detectors

import "bytes"

// climbJSON reads the objects and lists around a value.
func climbJSON(text []byte, at int) (names []string) {
	i := at - 1
	if i >= 0 && text[i] == '"' {
		i--
	} else {
		inside := stringStart(text, at)
		if inside >= 0 {
			i = inside - 1 // the value is a part of a text
		}
	}
	for i >= 0 && len(names) < maxNames {
		for i >= 0 && text[i] <= ' ' {
			i--
		}
		if i >= 0 && text[i] == ':' {
			name, before := jsonName(text, i-1)
			if name == "" {
				return names
			}
			names = append(names, name)
			i = before
		}
		if i = openingOf(text, i); i < 0 {
			return names
		}
		i--
	}
	return names
}

// stringStart returns where the quote stands that opens the text in which
// text[at] stands, on the same line, or -1.
func stringStart(text []byte, at int) int {
	line := lineBefore(text, at)
	from, open := at-len(line), -1
	for k, c := range line {
		switch {
		case c != '"' || escaped(text, from+k):
		case open < 0:
			open = from + k
		default:
			open = -1
		}
	}
	return open
}

// escaped reports whether an odd number of backslashes stands before text[i].
func escaped(text []byte, i int) bool {
	n := 0
	for i-n-1 >= 0 && text[i-n-1] == '\\' {
		n++
	}
	return n%2 == 1
}

// jsonName returns the name in quotes that ends at or before text[i], and the
// position before it.
func jsonName(text []byte, i int) (name string, before int) {
	for i >= 0 && text[i] <= ' ' {
		i--
	}
	if i < 0 || text[i] != '"' {
		return "", i
	}
	k := i - 1
	for k >= 0 && i-k < maxKey && (text[k] != '"' || escaped(text, k)) {
		k--
	}
	if k < 0 || text[k] != '"' {
		return "", k
	}
	return string(text[k+1 : i]), k - 1
}

// openingOf returns where the bracket stands that opens what text[i] stands in,
// or -1.
func openingOf(text []byte, i int) int {
	depth, inText := 0, false
	for ; i >= 0; i-- {
		switch c := text[i]; {
		case c == '"' && !escaped(text, i):
			inText = !inText
		case inText:
		case c == '}' || c == ']':
			depth++
		case c == '{' || c == '[':
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return -1
}

// climbXML reads the elements around a value, and the attribute that holds it.
// In a property list, and in a list of pairs, the name is itself a text.
func climbXML(text []byte, at int) (names []string) {
	end := at
	if open := bytes.LastIndexByte(text[:at], '<'); open >= 0 && bytes.IndexByte(text[open:at], '>') < 0 {
		tag := text[open+1 : at]
		names = attributeNames(tag)
		if name := elementName(tag); name != "" && len(names) < 2 {
			names = append(names, name)
		}
		end = open
	}
	depth := 0
	for end > 0 && len(names) < maxNames {
		closed := bytes.LastIndexByte(text[:end], '>')
		if closed < 0 {
			break
		}
		open := bytes.LastIndexByte(text[:closed], '<')
		if open < 0 {
			break
		}
		tag := text[open+1 : closed]
		switch name := elementName(tag); {
		case len(tag) == 0 || tag[len(tag)-1] == '/' || tag[0] == '?' || tag[0] == '!':
		case tag[0] == '/':
			depth++
		case depth > 0:
			depth--
		case name == "string" && len(names) == 0:
			names = append(names, plistKey(text[:open], name))
		default:
			names = append(names, name)
		}
		end = open
	}
	return names
}

// elementName returns the name that a tag begins with.
func elementName(tag []byte) string {
	k := 0
	for k < len(tag) && (isNameByte(tag[k]) || tag[k] == ':') && k < maxName {
		k++
	}
	return string(tag[:k])
}

// attributeNames returns the name of the attribute whose value ends tag; that
// is what another attribute calls it where it is only "value".
func attributeNames(tag []byte) []string {
	eq := bytes.LastIndexByte(tag, '=')
	if eq < 0 {
		return nil
	}
	name := bytes.TrimSpace(tag[:eq])
	name = name[bytes.LastIndexAny(name, " \t\r\n")+1:]
	if string(name) != "value" {
		return []string{string(name)}
	}
	for _, other := range [...]string{`name="`, `key="`, `Name="`, `Key="`} {
		if i := bytes.Index(tag, []byte(other)); i >= 0 {
			rest := tag[i+len(other):]
			if k := bytes.IndexByte(rest, '"'); k > 0 && k < maxKey {
				return []string{string(rest[:k])}
			}
		}
	}
	return []string{string(name)}
}

// plistKey returns the text of the key element that ends before, or name.
func plistKey(before []byte, name string) string {
	before = bytes.TrimSpace(before)
	rest, ok := bytes.CutSuffix(before, []byte("</key>"))
	if !ok {
		return name
	}
	if i := bytes.LastIndexByte(rest, '>'); i >= 0 && len(rest)-i < maxKey {
		return string(rest[i+1:])
	}
	return name
}
