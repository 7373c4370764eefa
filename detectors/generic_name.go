package detectors

// Traits are what a name tells beside its telling word.
type traits uint8

const (
	traitTail   traits = 1 << iota // other words follow the telling one
	traitHead                      // other words stand before it
	traitPlural                    // passwords, tokens
	traitTest                      // test, example, fake, default …
	traitOption                    // begins with a hyphen
	traitUser                      // says whose: db, root, admin
)

// nameAround returns the whole name that the telling word at pos belongs to, or
// why the name promises no secret: the word is a part of another one, as in
// bypass, or another word makes it the name of something else, as in
// password_file.
func nameAround(data []byte, pos, size int) (s slot, tr traits, why string) {
	s.from, s.to = pos, pos+size
	for s.from > 0 && pos-s.from < maxName && isNameByte(data[s.from-1]) {
		s.from--
	}
	for s.to < len(data) && s.to-pos < maxName && isNameByte(data[s.to]) {
		s.to++
	}
	for s.to > pos+size && (data[s.to-1] == '.' || data[s.to-1] == '-') {
		s.to-- // the end of a sentence, or of an operator
	}
	if inAddress(data, s.from) {
		return s, 0, "the name is part of a path or an address"
	}
	end, plural, ok := wholeWord(data, pos, size, s.to)
	if !ok || !standsApart(data, s.from, pos) {
		return s, 0, "the telling word is part of another word"
	}
	if plural {
		tr |= traitPlural
	}
	if data[s.from] == '-' {
		tr |= traitOption
	}
	tail, ok := wordsOf(data[end:s.to], refusedAfter)
	if !ok {
		return s, 0, "the name is that of something about a secret"
	}
	head, ok := wordsOf(data[s.from:pos], refusedBefore)
	if !ok {
		return s, 0, "the name is that of something that opens nothing"
	}
	if tail.words > 0 {
		tr |= traitTail
	}
	if head.words > 0 {
		tr |= traitHead
	}
	if tail.test || head.test {
		tr |= traitTest
	}
	if head.user {
		tr |= traitUser
	}
	return s, tr, ""
}

// inAddress reports whether what begins at i is part of a path, or stands behind
// the @ of an address or an image.
func inAddress(data []byte, i int) bool {
	if i == 0 {
		return false
	}
	before := byte(' ')
	if i > 1 {
		before = data[i-2]
	}
	return data[i-1] == '/' && before != '/' || data[i-1] == '@' && (isWord(before) || before == '.' || before == '-')
}

func isNameByte(c byte) bool { return isWord(c) || c == '-' || c == '.' || c >= 0x80 }

// wholeWord returns where the word ends that the literal at pos begins, and
// whether it is one that promises a secret: pass, password, but not passenger.
func wholeWord(data []byte, pos, size, limit int) (end int, plural, ok bool) {
	end = pos + size
	last := data[end-1]
	if !isLetter(last) {
		return end, false, true
	}
	for end < limit && isLetter(data[end]) && data[end]&0x20 == last&0x20 {
		end++
	}
	var buf [24]byte
	switch rest := lowered(buf[:], data[pos+size:end]); string(rest) {
	case "", "e", "word", "wd", "wrd", "phrase", "code", "wort", "w", "key", "accesskey", "value", "text", "base", "string", "data":
		return end, false, true
	case "s", "words", "phrases", "codes", "keys", "wds":
		return end, true, true
	}
	return end, false, false
}

// standsApart reports whether what stands right before the telling word at pos
// leaves it its meaning.
func standsApart(data []byte, from, pos int) bool {
	start := pos
	for start > from && pos-start < 12 && isLetter(data[start-1]) && data[start-1]&0x20 == data[pos]&0x20 {
		start--
	}
	var buf [12]byte
	switch string(lowered(buf[:], data[start:pos])) {
	case "by", "com", "sur", "tres", "im", "over", "under", "multi", "low", "high", "band", "single", "en", "encom", "mini", "kp":
		return false
	}
	return true
}

// lowered copies text to buf in lower case, as far as there is room.
func lowered(buf, text []byte) []byte {
	n := copy(buf, text)
	for i := range n {
		if c := buf[i]; c >= 'A' && c <= 'Z' {
			buf[i] = c | 0x20
		}
	}
	return buf[:n]
}

// A wording is what the words on one side of the telling word say.
type wording struct {
	words      int
	test, user bool
}

// wordsOf looks at each word of part of a name. It is not ok where one is
// refused, or where there are more than a name has.
func wordsOf(part []byte, refused func(word string) bool) (w wording, ok bool) {
	var buf [24]byte
	for i := 0; i < len(part); {
		if !isLetter(part[i]) {
			i++
			continue
		}
		k := i + 1
		upper := part[i]&0x20 == 0
		for k < len(part) && isLetter(part[k]) && (part[k]&0x20 != 0 || upper && part[k-1]&0x20 == 0) {
			if part[k]&0x20 != 0 {
				upper = false
			}
			k++
		}
		word := string(lowered(buf[:], part[i:k]))
		if refused(word) {
			return w, false
		}
		w.words++
		w.test = w.test || isTestWord(word)
		w.user = w.user || isUserWord(word)
		i = k
	}
	return w, w.words <= 6
}

func isTestWord(word string) bool {
	switch word {
	case "test", "tests", "testing", "example", "sample", "fake", "dummy", "mock", "bad", "wrong", "invalid", "demo", "old", "new", "expected":
		return true
	}
	return false
}

func isUserWord(word string) bool {
	switch word {
	case "user", "db", "database", "root", "admin", "mysql", "postgres", "postgresql", "redis", "mongo", "mongodb", "smtp", "mail",
		"email", "ldap", "ftp", "ssh", "aws", "client", "app", "api", "secret", "proxy", "server", "login", "account", "rabbitmq",
		"keystore", "truststore", "store", "datasource", "jdbc", "wifi", "sa", "pg", "bot", "github", "slack", "jwt", "oauth", "access", "key":
		return true
	}
	return false
}

// refusedAfter reports whether word, after a telling one, makes it the name of
// something else.
func refusedAfter(word string) bool {
	switch word {
	case "get", "has", "contains", "containskey", "remove", "find", "fetch", "dig", "lookup", "hash", "hashes", "hashed", "hasher", "hashing", "file", "files", "filename", "path", "paths", "name", "names", "field", "fields",
		"id", "ids", "url", "urls", "uri", "endpoint", "type", "types", "length", "len", "size", "count", "policy", "policies", "reset",
		"expire", "expires", "expired", "expiry", "expiration", "ttl", "age", "label", "hint", "prompt", "error", "errors", "valid",
		"validity", "validation", "validator", "confirm", "confirmation", "digest", "form", "input", "param", "params", "parameter",
		"class", "ref", "refs", "arn", "version", "manager", "provider", "algorithm", "alg", "algo", "encoder", "encryption", "encryptor",
		"format", "generator", "handler", "helper", "index", "link", "list", "location", "map", "mapper", "max", "min", "method", "mode",
		"mount", "namespace", "option", "options", "pattern", "placeholder", "prefix", "suffix", "request", "response", "required",
		"rotation", "rules", "schema", "scope", "scopes", "selector", "service", "status", "strategy", "strength", "table", "template",
		"time", "timeout", "title", "tooltip", "description", "desc", "text", "message", "msg", "help", "icon", "regex", "regexp",
		"enabled", "disabled", "exists", "column", "cost", "rounds", "iterations", "attempts", "change", "changed", "changes", "created",
		"updated", "engine", "factory", "builder", "repository", "dir", "directory", "dto", "entity", "model", "view", "page", "host",
		"port", "command", "cmd", "store", "source", "issuer", "audience", "info", "item", "items", "kind", "usage", "counter", "set",
		"checker", "check", "rule", "characters", "chars", "action", "event", "button", "authentication", "callback", "lifetime", "interval",
		"scheme", "attribute", "attributes", "bytes", "bits", "limit", "ized", "ize", "env", "var", "fn", "func", "function", "ptr", "offset", "position", "state":
		return true
	}
	return false
}

// refusedBefore reports whether word, before a telling one, makes it the name
// of what opens nothing: public keys, guards against forged requests, places in
// a listing, words of a grammar.
func refusedBefore(word string) bool {
	switch word {
	case "public", "existing", "csrf", "xsrf", "antiforgery", "authenticity", "page", "next", "continuation", "sync", "cancel", "cancellation",
		"hashed", "encrypted", "design", "syntax", "idempotency", "pagination", "syntactic", "lexer", "primary", "foreign", "is", "has",
		"no", "not", "without", "forgot", "forgotten", "reset", "change", "confirm", "show", "hide", "toggle", "validate", "verify", "check",
		"max", "min", "num", "unk", "eos", "bos", "pad", "mask", "cls", "sep", "stop", "cache", "sort", "partition", "use",
		"allow", "disable", "enable", "hash", "generate", "missing", "skip", "parse", "last", "previous", "prev", "lookup":
		return true
	}
	return false
}
