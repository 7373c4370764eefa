package detectors

import "bytes"

// maxMarked bounds how far from a value, in its line, a mark is looked for.
const maxMarked = 1024

// marks are the words by which the authors of a text ask other scanners to pass
// a line over. They are noted and not followed: what is scanned does not decide
// what is reported.
var marks = [...]string{"gitleaks:allow", "betterleaks:allow", "trufflehog:ignore"}

// markAround returns the mark in the lines of data[lo:hi], or "".
func markAround(data []byte, lo, hi int) string {
	from, to := max(lo-maxMarked, 0), min(hi+maxMarked, len(data))
	if i := bytes.LastIndexByte(data[from:lo], '\n'); i >= 0 {
		from += i + 1
	}
	if i := bytes.IndexByte(data[hi:to], '\n'); i >= 0 {
		to = hi + i
	}
	for _, m := range marks {
		if bytes.Contains(data[from:to], []byte(m)) {
			return m
		}
	}
	return ""
}
