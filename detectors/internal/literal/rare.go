package literal

import "math"

// A model tells how often trigrams occur in source text and prose, letter case
// dropped.
type model struct {
	weight [tableSize]uint8 // by hash under modelMult: 0, or one more than the power of two
	common []uint32         // the trigrams of commonGrams
	often  []float64        // how often each of them occurs in a million bytes
}

var modelMult = mult{0x79B1, 0x9E37}

func newModel() *model {
	m := &model{common: make([]uint32, 0, len(commonGrams)/4), often: make([]float64, 0, len(commonGrams)/4)}
	for i := 0; i+4 <= len(commonGrams); i += 4 {
		g, power := gramOf(commonGrams[i:]), commonGrams[i+3]-'a'
		m.common = append(m.common, g)
		m.often = append(m.often, math.Ldexp(1, int(power)))
		h := modelMult.hash(g)
		m.weight[h] = max(m.weight[h], power+1)
	}
	return m
}

// rarestWindow returns where the four-byte window of text begins whose two
// trigrams are least common, and that a fifth byte follows if one can.
func (m *model) rarestWindow(text string) int {
	best, at := 0.0, 0
	for w := 0; w+4 <= len(text); w++ {
		cost := m.cost(text[w:]) + m.cost(text[w+1:])
		if w+4 == len(text) {
			cost = m.cost(text[w:]) + 4*m.cost(text[w+1:]) // any byte may follow
		}
		if w == 0 || cost < best {
			best, at = cost, w
		}
	}
	return at
}

// uncommon is more than how often in a million bytes a trigram occurs that is
// not among the common ones.
const uncommon = 60

// cost estimates how often in a million bytes the trigram occurs that text begins
// with. One that is not among the common ones is judged by its bytes, of which
// only those of addresses depend on one another enough to matter.
func (m *model) cost(text string) float64 {
	if w := m.weight[modelMult.hash(gramOf(text))]; w > 0 {
		return math.Ldexp(1, int(w)-1)
	}
	if text[1] == '/' && (text[0] == ':' || text[2] == '/') || text[1] == ':' && text[2] == '/' {
		return uncommon
	}
	p := 1e-3
	for i := range 3 {
		p *= perMille(text[i])
	}
	return min(p, uncommon)
}

// multiplier returns the hash multipliers, of some, under which the common
// trigrams fall least often on one of all.
func (m *model) multiplier(all []seen) (chosen mult) {
	best := math.Inf(1)
	next := uint32(0x9E3779B1)
	for range 32 {
		try := mult{uint16(next) | 1, uint16(next >> 16)}
		if c := m.collisions(all, try); c < best {
			best, chosen = c, try
		}
		next = next*0x2C1B3C6D | 1
	}
	return chosen
}

func (m *model) collisions(all []seen, try mult) (sum float64) {
	var full [tableSize / 64]uint64
	for i := range all {
		h := try.hash(all[i].gram)
		full[h/64] |= 1 << (h % 64)
	}
	for i, g := range m.common {
		if h := try.hash(g); full[h/64]>>(h%64)&1 != 0 {
			sum += m.often[i]
		}
	}
	return sum
}

// letterPerMille is how many in a thousand bytes of source text are that
// letter, in either case, from a to z.
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

// PerMillion estimates at how many places in a million bytes of source text and
// prose a search for text stops to look closer: the trigrams by which it is
// looked for occur there. It takes no account of what other literals cost.
func PerMillion(text string) float64 {
	if len(text) < MinLen {
		return 1e6
	}
	m := newModel()
	if len(text) == MinLen {
		return m.cost(text)
	}
	w := m.rarestWindow(text)
	return (m.cost(text[w:]) + m.cost(text[w+1:])) / 2
}
