package detectors

import "unicode/utf8"

// base64Value is the value of each base64 digit in either alphabet, plus one.
var base64Value = base64Values()

func base64Values() (v [256]uint8) {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	for i := range len(digits) {
		v[digits[i]] = uint8(i + 1)
	}
	v['+'], v['-'] = 63, 63
	v['/'], v['_'] = 64, 64
	return v
}

// unbase64 appends what data[from:to] decodes to, and goes on over line breaks
// where the text is folded. far is where it stopped.
func unbase64(dst, data []byte, from, to int) (_ []byte, far int) {
	var word uint32
	digits, lineStart, i := 0, from, from
	limit := min(len(data), max(to, from+maxFolded))
	for i < limit {
		v := base64Value[data[i]]
		if v == 0 {
			next, ok := unfold(data, lineStart, i)
			if !ok {
				break
			}
			i, lineStart = next, next
			continue
		}
		word = word<<6 | uint32(v-1)
		i++
		if digits++; digits&3 == 0 {
			dst = append(dst, byte(word>>16), byte(word>>8), byte(word))
			word = 0
		}
	}
	switch digits & 3 {
	case 2:
		dst = append(dst, byte(word>>4))
	case 3:
		dst = append(dst, byte(word>>10), byte(word>>2))
	}
	return dst, i
}

// maxBreak is how far after the end of a line it is looked for the next one.
const maxBreak = 40

// unfold returns where the next line's text begins, if the line of data that
// ends at i is long enough to go on there. Line breaks may be written \n, as in
// strings.
func unfold(data []byte, lineStart, i int) (next int, ok bool) {
	if i-lineStart < minFold {
		return 0, false
	}
	switch {
	case data[i] == '\n':
		i++
	case data[i] == '\r' && i+1 < len(data) && data[i+1] == '\n':
		i += 2
	case data[i] == '\\' && i+1 < len(data) && data[i+1] == 'n':
		i += 2
	default:
		return 0, false
	}
	for n := 0; n < 32 && i < len(data) && (data[i] == ' ' || data[i] == '\t'); n++ {
		i++
	}
	return i, i < len(data) && base64Value[data[i]] != 0
}

// unhex appends what the hex digits that text begins with decode to.
func unhex(dst, text []byte) []byte {
	for i := 0; i+1 < len(text); i += 2 {
		hi, lo := hexValue(text[i]), hexValue(text[i+1])
		if hi < 0 || lo < 0 {
			break
		}
		dst = append(dst, byte(hi<<4|lo))
	}
	return dst
}

func isHex(text []byte) bool {
	for _, c := range text {
		if hexValue(c) < 0 {
			return false
		}
	}
	return true
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// hexNumber reads n hex digits at text[i:].
func hexNumber(text []byte, i, n int) (value rune, ok bool) {
	if i+n > len(text) {
		return 0, false
	}
	for _, c := range text[i : i+n] {
		v := hexValue(c)
		if v < 0 {
			return 0, false
		}
		value = value<<4 | rune(v)
	}
	return value, true
}

// unpercent appends text with its percent-encoding (RFC 3986, section 2.1)
// undone.
func unpercent(dst, text []byte) []byte {
	for i := 0; i < len(text); i++ {
		if v, ok := hexNumber(text, i+1, 2); ok && text[i] == '%' {
			dst = append(dst, byte(v))
			i += 2
			continue
		}
		dst = append(dst, text[i])
	}
	return dst
}

// unescape appends text with \uXXXX, \xXX and numeric character references
// undone.
func unescape(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		if r, n := escapeAt(text, i); n > 0 {
			dst = utf8.AppendRune(dst, r)
			i += n
			continue
		}
		dst = append(dst, text[i])
		i++
	}
	return dst
}

// escapeAt returns the character that the escape at text[i] stands for, and
// the length of the escape; 0 where there is none.
func escapeAt(text []byte, i int) (r rune, n int) {
	rest := len(text) - i
	switch {
	case rest >= 6 && text[i] == '\\' && text[i+1] == 'u':
		if r, ok := hexNumber(text, i+2, 4); ok {
			return r, 6
		}
	case rest >= 4 && text[i] == '\\' && text[i+1] == 'x':
		if r, ok := hexNumber(text, i+2, 2); ok {
			return r, 4
		}
	case rest >= 4 && text[i] == '&' && text[i+1] == '#':
		return referenceAt(text, i)
	}
	return 0, 0
}

// referenceAt reads &#103; or &#x67;.
func referenceAt(text []byte, i int) (r rune, n int) {
	base, j := rune(10), i+2
	if text[j]|0x20 == 'x' {
		base, j = 16, j+1
	}
	start := j
	for ; j < len(text) && j-start < 6; j++ {
		v := hexValue(text[j])
		if v < 0 || rune(v) >= base {
			break
		}
		r = r*base + rune(v)
	}
	if j == start || j == len(text) || text[j] != ';' {
		return 0, 0
	}
	return r, j + 1 - i
}
