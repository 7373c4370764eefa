package literal

// rarestWindow returns where the four-byte window of text begins whose two
// trigrams are least common in source text and prose.
func rarestWindow(text string) int {
	best, at := 0.0, 0
	for w := 0; w+4 <= len(text); w++ {
		cost := commonness(text[w:w+3]) + commonness(text[w+1:w+4])
		if w == 0 || cost < best {
			best, at = cost, w
		}
	}
	return at
}

// commonness estimates how often the trigram occurs, letters of either case
// taken together and bytes taken as independent.
func commonness(gram string) float64 {
	p := 1.0
	for i := range len(gram) {
		p *= perMille(gram[i])
	}
	return p
}

// letterPerMille is how many in a thousand bytes of source text are that
// letter, in either case, from a to z: rounded counts over public repositories
// in several languages.
const letterPerMille = "\x3a\x0e\x1f\x20\x60\x14\x11\x15\x38\x02\x06\x26\x17\x36\x38\x18\x02\x38\x38\x47\x19\x09\x08\x05\x0c\x02"

// perMille estimates how many in a thousand bytes of text the filter takes for
// c.
func perMille(c byte) float64 {
	switch {
	case isLetter(c):
		return float64(letterPerMille[(c|0x20)-'a'])
	case c >= '0' && c <= '9':
		return 6
	case c == ' ':
		return 150
	case c == '_', c == '.', c == ',', c == '-', c == '/', c == '"', c == '\'', c == '(', c == ')', c == '=', c == ':':
		return 12
	}
	return 3
}
