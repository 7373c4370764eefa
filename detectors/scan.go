package detectors

import (
	"cmp"
	"slices"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors/internal/literal"
)

// A Scanner turns chunks into findings. It holds scratch memory and is for one
// goroutine.
type Scanner struct {
	set     *Set
	objects map[sprawl.ID]record // what was found in the objects of this unit
	cur     record
	found   literal.Found
	begins  []int32 // where prefixes of known values stand
	name    []byte
	todo    []place
	areas   []area
	levels  []level // scratch for decoded content, by depth
	paired  map[pairing][]sprawl.Part
	ordered []match // the current matches in order of their hits
	next    int     // of the base's hits: where the next copy probably begins
	merged  []outcome
	scanned int64
	looked  int64 // bytes that rules looked at, and that were decoded, each as often as it was
	trace   func(Step)
	inside  int  // how many decodings deep the scanner looks
	names   bool // the chunk is a tree: names, and hashes that read like anything

	hitStore   []outcome // records of the unit lie here, one after the other
	matchStore []match
}

// A record is what is known of an object: its hits, by position, and what
// became of them.
type record struct {
	hits    []outcome
	matches []match
}

// An outcome is a place where something was looked at closely. What became of it
// depends on the bytes in [lo, hi) and on nothing else; -1, and the length of
// the data plus one, stand for having seen the beginning and the end.
type outcome struct {
	pos, lo, hi int32
	lit         uint16 // number of the literal, or one of the values below
	count       uint16 // of its matches
	first       int32  // of its matches in the record
}

// Places that are not found by a literal.
const (
	encodedRun = 0xFFFF - iota // a long run of letters and digits
	wideRun                    // characters of two or four bytes each
	knownText                  // a value that is looked for as it is
)

// A match is where a rule fired. It owns its parts, which every copy of the
// same match in other objects shares.
type match struct {
	rule       uint16
	confidence uint8
	lo, hi     int32 // of the value; of the enclosing text, where it was decoded
	parts      []sprawl.Part
	encoding   []string
	note       string
	facts      []sprawl.Fact
}

// A place is something to look at: a hit that has no outcome yet.
type place struct {
	pos int32
	lit uint16
}

// An area is a stretch of an object that has to be looked at byte by byte.
type area struct{ from, to int }

// nearby is how far from a copied run's end a scanner looks again. A hit of
// which nothing came, and which depended on no byte further away than this,
// need not be remembered.
const nearby = 16

// NewScanner returns a Scanner.
func (s *Set) NewScanner() *Scanner {
	return &Scanner{
		set:     s,
		objects: map[sprawl.ID]record{},
		paired:  map[pairing][]sprawl.Part{},
		levels:  make([]level, maxDepth+1),
	}
}

// Reset forgets the objects of the unit before, which Base may name.
func (sc *Scanner) Reset() {
	clear(sc.objects)
	clear(sc.paired)
	clear(sc.matchStore) // their parts are secrets, and memory
	sc.hitStore, sc.matchStore = sc.hitStore[:0], sc.matchStore[:0]
	if cap(sc.hitStore) > 1<<18 {
		sc.hitStore = nil
	}
}

// Scanned is the number of bytes that were looked at one by one so far: all
// but those inside copies, decoded content not counted.
func (sc *Scanner) Scanned() int64 { return sc.scanned }

// Scan appends the findings in c to dst. It allocates only when it finds
// something, and keeps nothing of c but copies.
func (sc *Scanner) Scan(dst []sprawl.Finding, c *sprawl.Chunk) []sprawl.Finding {
	sc.cur.hits, sc.cur.matches = sc.cur.hits[:0], sc.cur.matches[:0]
	sc.names = c.At.Kind == sprawl.KindTree
	base, known := record{}, false
	if len(c.Copies) > 0 {
		base, known = sc.objects[c.Base], true
	}
	if known {
		sc.scanNew(base, c)
	} else {
		sc.scanWhole(c.Data)
	}
	if len(sc.cur.hits) == 0 {
		return dst
	}
	if !c.At.Object.IsZero() && len(c.At.Encoding) == 0 && c.Lead == 0 && c.Tail == 0 {
		sc.remember(c.At.Object)
	}
	if len(sc.cur.matches) == 0 {
		return dst
	}
	return sc.findings(dst, c)
}

// Plain reports that Scan will find nothing in a tree on account of an entry
// with this name: no literal is in it, nor in it and what stands around it.
func (sc *Scanner) Plain(name []byte) bool {
	sc.name = append(append(append(sc.name[:0], ' '), name...), 0)
	sc.found.Begin()
	sc.set.literals.Look(&sc.found, sc.name, 0, len(sc.name))
	return len(sc.found.Hits) == 0 && len(sc.known(sc.name, 0, len(sc.name))) == 0
}

// known returns where in [from, to) known values may begin.
func (sc *Scanner) known(data []byte, from, to int) []int32 {
	if sc.set.values == nil {
		return nil
	}
	sc.begins = sc.set.values.prefixes.Find(sc.begins[:0], data, from, to)
	return sc.begins
}

// scanWhole looks at every byte of data.
func (sc *Scanner) scanWhole(data []byte) {
	sc.todo = sc.todo[:0]
	sc.found.Begin()
	sc.lookAt(data, area{0, len(data)})
	sc.judgeAll(data)
}

// scanNew looks only at what is not copied from the base, and carries over what
// is known of the rest. It finds exactly what scanWhole would.
func (sc *Scanner) scanNew(base record, c *sprawl.Chunk) {
	sc.todo = sc.todo[:0]
	sc.found.Begin()
	sc.areas = newAreas(sc.areas[:0], c)
	for _, a := range sc.areas {
		sc.lookAt(c.Data, a)
	}
	sc.next = 0
	for _, run := range c.Copies {
		sc.carry(base, run)
	}
	sc.judgeAll(c.Data)
}

// newAreas appends what lies between the copies of c, widened, in order and
// without overlap.
func newAreas(dst []area, c *sprawl.Chunk) []area {
	add := func(from, to int) {
		from, to = max(from-nearby, 0), min(to+nearby, len(c.Data))
		if n := len(dst); n > 0 && from <= dst[n-1].to {
			dst[n-1].to = max(dst[n-1].to, to)
			return
		}
		dst = append(dst, area{from, to})
	}
	end := 0
	for i, run := range c.Copies {
		if run.Dst > end || i > 0 || run.Src != 0 {
			add(end, run.Dst)
		}
		end = run.Dst + run.N
	}
	add(end, len(c.Data))
	return dst
}

// lookAt adds the places in a that deserve a closer look.
func (sc *Scanner) lookAt(data []byte, a area) {
	sc.scanned += int64(a.to - a.from)
	f := &sc.found
	sc.set.literals.Look(f, data, a.from, a.to)
	for _, h := range f.Hits {
		sc.todo = append(sc.todo, place{h.Pos, h.Lit})
	}
	for _, pos := range sc.known(data, a.from, a.to) {
		sc.todo = append(sc.todo, place{pos, knownText})
	}
	if sc.names {
		return
	}
	for _, r := range f.Runs {
		if mayBeEncoded(data, r) {
			sc.todo = append(sc.todo, place{r.Start, encodedRun})
		}
	}
	if f.Zero {
		sc.todo = wideRuns(sc.todo, data, a)
	}
}

// carry takes over the base's hits inside run: with their outcome, where all
// they depended on was copied along, or as places to look at again.
func (sc *Scanner) carry(base record, run sprawl.Copy) {
	src, dst, n := int32(run.Src), int32(run.Dst), int32(run.N)
	from, to := src, src+n
	if src == 0 && dst == 0 {
		from = -1
	}
	i := sc.seek(base.hits, src)
	for ; i < len(base.hits) && base.hits[i].pos < src+n; i++ {
		h := base.hits[i]
		switch {
		case h.lo >= from && h.hi <= to:
			sc.take(base, h, dst-src)
		case h.pos+sc.set.sizeOf(h.lit) <= to: // else its literal may be gone, and has been looked for
			sc.todo = append(sc.todo, place{h.pos - src + dst, h.lit})
		}
	}
	sc.next = i
}

// seek returns the first of hits that is at src or later. Most copies go on
// where the one before ended.
func (sc *Scanner) seek(hits []outcome, src int32) int {
	i := min(sc.next, len(hits))
	if i > 0 && hits[i-1].pos >= src {
		i = 0
	}
	if i == len(hits) || hits[i].pos >= src {
		return i
	}
	n, _ := slices.BinarySearchFunc(hits[i:], src, func(h outcome, p int32) int { return cmp.Compare(h.pos, p) })
	return i + n
}

// sizeOf returns how many bytes a place takes by itself.
func (s *Set) sizeOf(lit uint16) int32 {
	switch lit {
	case encodedRun, wideRun:
		return 1
	case knownText:
		return literal.PrefixLen
	}
	return int32(len(s.literals.Text(lit).Text))
}

// take appends h and its matches, moved by shift.
func (sc *Scanner) take(base record, h outcome, shift int32) {
	first := int32(len(sc.cur.matches))
	for _, m := range base.matches[h.first : h.first+int32(h.count)] {
		m.lo, m.hi = m.lo+shift, m.hi+shift
		sc.cur.matches = append(sc.cur.matches, m)
	}
	h.pos, h.lo, h.hi, h.first = h.pos+shift, h.lo+shift, h.hi+shift, first
	sc.cur.hits = append(sc.cur.hits, h)
}

// judgeAll finds out what comes of each place in todo, and leaves the hits in
// order. A place that was carried over already is not judged again.
func (sc *Scanner) judgeAll(data []byte) {
	if len(sc.todo) == 0 && len(sc.cur.hits) == 0 {
		return
	}
	carried := len(sc.cur.hits)
	sc.levels[0].enter()
	slices.SortFunc(sc.todo, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.pos, b.pos), cmp.Compare(a.lit, b.lit))
	})
	k := 0
	for i, p := range sc.todo {
		if i > 0 && p == sc.todo[i-1] {
			continue
		}
		for k < carried && before(sc.cur.hits[k], p) {
			k++
		}
		if k < carried && sc.cur.hits[k].pos == p.pos && sc.cur.hits[k].lit == p.lit {
			continue
		}
		sc.judge(data, p)
	}
	sc.merge(carried)
}

// merge puts the hits that were carried over, which are the first of them, and
// the others in one order. Each are in order by themselves, as copies are.
func (sc *Scanner) merge(carried int) {
	old, judged := sc.cur.hits[:carried], sc.cur.hits[carried:]
	if len(old) == 0 || len(judged) == 0 {
		return
	}
	out := sc.merged[:0]
	for len(old) > 0 && len(judged) > 0 {
		if byPlace(judged[0], old[0]) < 0 {
			out, judged = append(out, judged[0]), judged[1:]
		} else {
			out, old = append(out, old[0]), old[1:]
		}
	}
	out = append(append(out, old...), judged...)
	sc.merged, sc.cur.hits = sc.cur.hits, out
}

func byPlace(a, b outcome) int {
	return cmp.Or(cmp.Compare(a.pos, b.pos), cmp.Compare(a.lit, b.lit))
}

func before(h outcome, p place) bool {
	return h.pos < p.pos || h.pos == p.pos && h.lit < p.lit
}

// judge finds out what comes of p, and keeps it as a hit if that may be needed
// for an object derived from this one.
func (sc *Scanner) judge(data []byte, p place) {
	first := len(sc.cur.matches)
	var lo, hi int
	sc.cur.matches, lo, hi = sc.evaluate(sc.cur.matches, data, p, 0)
	count := len(sc.cur.matches) - first
	if count == 0 && int(p.pos)-lo <= nearby && hi-int(p.pos) <= nearby {
		return
	}
	sc.cur.hits = append(sc.cur.hits, outcome{
		pos: p.pos, lo: int32(lo), hi: int32(hi), lit: p.lit, first: int32(first), count: uint16(count),
	})
}

// remember keeps the current record for objects derived from id.
func (sc *Scanner) remember(id sprawl.ID) {
	h, m := len(sc.hitStore), len(sc.matchStore)
	sc.hitStore = append(sc.hitStore, sc.cur.hits...)
	sc.matchStore = append(sc.matchStore, sc.cur.matches...)
	sc.objects[id] = record{sc.hitStore[h:len(sc.hitStore):len(sc.hitStore)], sc.matchStore[m:len(sc.matchStore):len(sc.matchStore)]}
}
