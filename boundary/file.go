package boundary

import "strings"

// file reads the file called base in a directory that holds in.
func (p *path) file(g *gather, in holds, base string) {
	stem := p.template(base)
	dotenv := isDotenv(stem)
	if cut, ok := cutFold(stem, ".local"); ok && dotenv {
		p.endpoint = true // read on one machine only, and never to be committed
		if stem = cut; eq(cut, ".env") {
			p.env(g, local, true, "file name ", base)
			return
		}
	}
	stem, ext := cutExt(p.more, stem)
	n := readName(p.more, stem, false)
	code := isCode(ext)
	if p.prose(base, ext) {
		return // production.md is about production, and may be read by everybody
	}
	if code && isTestName(stem, &n) {
		p.note("fixture", "file name ", base, fixturePenalty)
		return
	}
	set, firm := fileEnv(in, stem, &n, code, dotenv)
	p.env(g, set, firm, "file name ", base)
}

// maxPatternWords is how many words a name such as docker-compose.test.eu has,
// at most, if it follows a pattern and is no sentence.
const maxPatternWords = 4

// fileEnv returns the environments that a file name says, and whether it does
// so in a known pattern.
func fileEnv(in holds, stem string, n *name, code, dotenv bool) (set classes, firm bool) {
	switch {
	case dotenv:
		return n.sure | n.fair | n.rare, true
	case (in == oneWord || in == environments) && n.words == 1:
		return n.sure | n.fair, true // config/test.exs, environments/production.rb
	case in == environments && !code:
		return n.sure | n.fair, true // group_vars/qa-eu.yml
	case isLocalSettings(n):
		return local, true
	case isPattern(n.first) && code:
		return n.sure | n.fair&local, true // settings_local.py; but config_test.go is a test
	case isPattern(n.first) && n.words <= maxPatternWords:
		return n.sure | n.fair, true // application-test.yml
	case code && n.words > 1 && !strings.Contains(stem, "."):
		return 0, false // dev_server.js serves no environment in particular
	}
	return n.sure, n.words == 1
}

// isPattern reports whether files that begin with the word come one for each
// environment, as Spring's application-NAME.yml and Helm's values-NAME.yaml.
func isPattern(first string) bool {
	var buf [16]byte
	switch string(lower(&buf, first)) {
	case "env", "application", "appsettings", "values", "config", "settings", "secrets", "bootstrap",
		"compose", "docker", "dockerfile", "environment", "parameters", "credentials":
		return true
	}
	return false
}

// isLocalSettings knows the name that Django projects give to settings of one
// machine.
func isLocalSettings(n *name) bool {
	return n.words == 2 && eq(n.first, "local") && (eq(n.last, "settings") || eq(n.last, "config"))
}

// isDotenv reports whether stem is .env, .env.NAME, .env-NAME, .envrc or
// NAME.env.
func isDotenv(stem string) bool {
	if len(stem) >= 4 && strings.EqualFold(stem[:4], ".env") {
		return len(stem) == 4 || isBreak(stem[4]) || eq(stem[4:], "rc")
	}
	_, ok := cutFold(stem, ".env")
	return ok
}

// template removes what marks a file as a template to be filled in, and notes
// that it is one.
func (p *path) template(base string) string {
	for _, suffix := range [...]string{".example", ".sample", ".template", ".tmpl", ".tpl", ".dist"} {
		if cut, ok := cutFold(base, suffix); ok {
			p.note("example", "file name ", base, fixturePenalty)
			return cut
		}
	}
	for _, prefix := range [...]string{"example.", "sample."} {
		if len(base) > len(prefix) && strings.EqualFold(base[:len(prefix)], prefix) {
			p.note("example", "file name ", base, fixturePenalty)
		}
	}
	return base
}

// prose notes files that people read, and reports whether this is a manual.
func (p *path) prose(base, ext string) bool {
	switch {
	case eq(ext, "md"), eq(ext, "rst"), eq(ext, "adoc"), eq(ext, "markdown"):
		p.note("docs", "file name ", base, docsPenalty)
		return true
	case eq(ext, "log"):
		p.logs = true
	case eq(ext, "mbox"), eq(ext, "eml"), eq(ext, "msg"):
		p.mail = true
	}
	return false
}

// cutExt splits stem at its last dot, unless what follows says an environment,
// as in Dockerfile.prod, or nothing comes before.
func cutExt(more words, stem string) (string, string) {
	i := strings.LastIndexByte(stem, '.')
	if i <= 0 {
		return stem, ""
	}
	n := readName(more, stem[i+1:], false)
	if n.sure|n.fair|n.rare != 0 {
		return stem, ""
	}
	return stem[:i], stem[i+1:]
}

func cutFold(s, suffix string) (string, bool) {
	if at := len(s) - len(suffix); at > 0 && strings.EqualFold(s[at:], suffix) {
		return s[:at], true
	}
	return s, false
}

// isCode reports whether files with the extension are programs, whose names
// tell what they do and not where.
func isCode(ext string) bool {
	switch len(ext) {
	case 1, 2, 3, 4, 5, 6:
	default:
		return false
	}
	var buf [16]byte
	switch string(fold(&buf, ext)) {
	case "go", "py", "js", "mjs", "cjs", "ts", "jsx", "tsx", "java", "kt", "scala", "groovy", "cs", "fs", "vb",
		"rb", "php", "rs", "c", "h", "cc", "cpp", "hpp", "m", "swift", "dart", "lua", "pl", "pm", "r", "ex",
		"exs", "erl", "clj", "hs", "ml", "vue", "svelte":
		return true
	}
	return false
}

// isTestName reports whether a program's name says that it is a test, in the
// manner of its language: x_test.go, x.spec.ts, test_x.py, XTests.java.
func isTestName(stem string, n *name) bool {
	if n.words > 1 && (eq(n.first, "test") || eq(n.last, "test") || eq(n.last, "tests") || eq(n.last, "spec")) {
		return true
	}
	return strings.HasSuffix(stem, "Test") || strings.HasSuffix(stem, "Tests") || strings.HasSuffix(stem, "Spec")
}
