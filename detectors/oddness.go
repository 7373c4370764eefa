package detectors

import _ "embed"

// trigrams tells how surprising each letter is after the two before it, in
// bits up to 9, among the words of source text: 27 lines for the letter two
// before, in each 27 times 26 digits for the letter before and the letter
// itself. The first of 27 is the beginning of a word. docs/accuracy.md says
// what it was counted from.
//
//go:embed trigrams.txt
var trigrams string

const (
	gramRow  = 27*26 + 1 // digits of a line, and its end
	gramCell = 26
)

// oddness tells how unlike words the letters of value are: about 0 for words,
// and 1 and more for what was drawn at random. It is 0 where there are too few
// letters to tell.
func oddness(value []byte) float32 {
	sum, n := 0, 0
	a, b := 0, 0 // the letters before, from 1; 0 is the beginning of a word
	var last byte
	for _, c := range value {
		if !isLetter(c) {
			a, b, last = 0, 0, c
			continue
		}
		if isLetter(last) && last&0x20 != 0 && c&0x20 == 0 {
			a, b = 0, 0 // a capital in the middle begins a word
		}
		at := a*gramRow + b*gramCell + int(c|0x20-'a')
		sum += int(trigrams[at] - '0')
		n++
		a, b, last = b, int(c|0x20-'a')+1, c
	}
	if n < 3 {
		return 0
	}
	return (float32(sum)/float32(n) - 4) / 2
}
