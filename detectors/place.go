package detectors

import (
	"bytes"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// Weigh returns how sure a finding of the generic tier is where it lies: its
// confidence as the bytes around it gave it, and what the path, the kind of
// file and the value's place in it add to or take from that. data is the whole
// object, or as much of it as there is, and data[lo:hi] the value.
func Weigh(confidence int, at *sprawl.Location, data []byte, lo, hi int) int {
	var e evidence
	e.gatherPlace(at, data, lo, hi)
	most := mostConfidence
	if e[fPlainWord] == 1 || e[fCodeName] == 1 {
		most = plainConfidence
	}
	return min(percent(logit(confidence)+e.score()), most)
}

// plainConfidence is the most that a dictionary word is believed in tests and
// documentation: there are many, and nobody can say which are more than words.
const plainConfidence = 35

// PlaceEvidence returns what the place of a value counts for and against it
// being a secret, as Weigh weighs it.
func PlaceEvidence(at *sprawl.Location, data []byte, lo, hi int) []Evidence {
	var e evidence
	e.gatherPlace(at, data, lo, hi)
	return e.list()
}

// Weighted names all kinds of evidence with their weights, in the order of the
// table in weights.go. It is for the program that learns them.
func Weighted() (all []Evidence) {
	for f, name := range featureNames {
		all = append(all, Evidence{Name: name, Weight: weights[f]})
	}
	return all
}

// gatherPlace fills in what the place of a value tells.
func (e *evidence) gatherPlace(at *sprawl.Location, data []byte, lo, hi int) {
	value := data[lo:hi]
	bare := lo > 0 && hi < len(data) && !isQuote(data[lo-1])
	k := kindsOf(value)
	word := k.digits == 0 && strongSymbols(value) == 0 && oddness(value) < 0.6
	p := placeOf(at.Path)
	e.set(fInTests, p.tests)
	e.set(fInExamples, p.examples)
	e.set(fInVendored, p.vendored)
	e.set(fInTranslations, p.translations)
	e.set(fTestsWord, p.tests && word)
	e.set(fPlainWord, (p.tests && p.kind != kindConfig || p.kind == kindDocs) && isPlain(value))
	switch p.kind {
	case kindDocs:
		e[fInDocs] = 1
		e.set(fDocsWord, word)
	case kindCode:
		e[fInCode] = 1
		e.set(fCodeBare, bare)
		e.set(fCodeName, bare && hi > lo && isName(value))
		e.set(fCodeConstant, !bare && k.digits == 0 && hi > lo && isName(value) && givenToConstant(data[max(0, lo-maxName):lo]))
		e.set(fCodeWord, word)
	case kindConfig:
		e[fInConfig] = 1
		e.set(fConfigWord, word)
		e.set(fConfigBare, bare)
	case kindEnvFile:
		e[fInEnvFile] = 1
	case kindScript:
		e[fInScript] = 1
	case kindData:
		e[fInData] = 1
	}
	if len(value) >= 6 && len(data) <= maxCounted {
		e.set(fManyTimes, bytes.Count(data, value) >= 4)
	}
	e.set(fKeyExample, at.Key != "" && anyFold([]byte(at.Key), "example", "sample", "description", "placeholder"))
}

// givenToConstant reports whether before, which a value follows, ends in a name
// in capitals and a sign that gives: in source text that is where settings get
// their names.
func givenToConstant(before []byte) bool {
	before = bytes.TrimRight(before, "\"'` \t=:>(")
	i := len(before)
	for i > 0 && isWord(before[i-1]) {
		i--
	}
	k := kindsOf(before[i:])
	return k.upper > 3 && k.lower == 0
}

// isPlain reports whether value is a short dictionary word.
func isPlain(value []byte) bool {
	k := kindsOf(value)
	if k.digits == 0 && len(value) <= 14 && bytes.Contains(value, []byte("test")) {
		return true
	}
	if len(value) > 9 || k.digits+k.symbols > 0 {
		return len(value) < 5
	}
	_, filler := Placeholder(value)
	return filler || len(value) < 5 || oddness(value) < 0.2
}

// maxCounted is the length of the largest object in which it is counted how
// often a value stands.
const maxCounted = 1 << 20

// A fileKind says what sort of text a file holds, judging by its name.
type fileKind uint8

const (
	kindUnknown fileKind = iota
	kindDocs
	kindCode
	kindConfig
	kindEnvFile
	kindScript
	kindData
)

// A filePlace is what a path tells.
type filePlace struct {
	kind                                    fileKind
	tests, examples, translations, vendored bool
}

func placeOf(path string) (p filePlace) {
	path = strings.ToLower(path)
	base := path[strings.LastIndexAny(path, "/!")+1:]
	p.kind = kindOf(base)
	p.tests = holdsAny(path, "test", "spec/", "spec.", "specs/", "fixture", "mock", "/e2e", "cypress")
	p.examples = holdsAny(path, "example", "sample", "demo", "tutorial", "quickstart", "template", ".dist", "playground")
	p.translations = holdsAny(path, "locale", "i18n", "/lang/", "language", "translation", "messages_", "/l10n", ".po!") ||
		strings.HasSuffix(base, ".po") || strings.HasSuffix(base, ".pot") || strings.HasSuffix(base, ".resx") || strings.HasSuffix(base, ".xlf")
	p.vendored = holdsAny(path, "node_modules/", "vendor/", "third_party", "bower_components", ".min.js", ".min.css", ".map", "dist/", "/lib/jquery", "-lock.", ".lock", "go.sum", ".snap")
	if strings.HasPrefix(path, "docs/") || strings.Contains(path, "/docs/") || strings.HasPrefix(base, "readme") || strings.HasPrefix(base, "changelog") {
		if p.kind != kindCode {
			p.kind = kindDocs
		}
	}
	return p
}

func holdsAny(text string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// kindOf tells the kind of a file by its name, in lower case.
func kindOf(base string) fileKind {
	if strings.HasPrefix(base, ".env") || strings.HasSuffix(base, ".env") || strings.HasSuffix(base, ".tfvars") {
		return kindEnvFile
	}
	if strings.HasPrefix(base, "dockerfile") || strings.HasSuffix(base, "dockerfile") || base == "makefile" || base == "vagrantfile" {
		return kindScript
	}
	for _, suffix := range [...]string{".example", ".sample", ".dist", ".template", ".tmpl", ".tpl", ".j2", ".erb", ".bak", ".orig", ".old", ".default", ".in"} {
		base = strings.TrimSuffix(base, suffix)
	}
	ext := base[strings.LastIndexByte(base, '.')+1:]
	switch ext {
	case "md", "rst", "txt", "adoc", "asciidoc", "html", "htm", "mdx", "markdown", "org", "tex", "pod", "1", "5", "8", "ipynb", "textile", "rdoc":
		return kindDocs
	case "yml", "yaml", "json", "toml", "ini", "properties", "cfg", "conf", "cnf", "config", "xml", "plist", "tf", "hcl", "tfstate", "settings", "json5", "pom", "gradle", "netrc", "pgpass", "npmrc", "pypirc", "props", "credentials", "desktop", "service":
		return kindConfig
	case "go", "py", "rb", "java", "js", "ts", "jsx", "tsx", "php", "c", "h", "cc", "cpp", "hpp", "cs", "rs", "kt", "kts", "swift", "scala", "m", "mm", "vue", "erl", "ex", "exs", "pl", "pm", "lua", "groovy", "dart", "clj", "hs", "vb", "fs", "twig", "jsp", "aspx", "cshtml", "coffee", "svelte", "phpt", "tcl", "r", "jl", "mjs", "cjs", "feature", "proto", "graphql":
		return kindCode
	case "sh", "bash", "zsh", "ps1", "bat", "cmd", "fish", "psm1", "ksh", "expect":
		return kindScript
	case "sql", "csv", "tsv", "log", "dump", "ldif":
		return kindData
	}
	return kindUnknown
}
