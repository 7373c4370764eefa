package verify

import (
	"bytes"
	"encoding/binary"
	"math"
)

// parseMongo reads the elements of a reply that matter (BSON specification,
// version 1.1): numbers, and the payload.
func parseMongo(doc []byte) (r mongoReply, err error) {
	if len(doc) < 5 || int(binary.LittleEndian.Uint32(doc)) != len(doc) || doc[len(doc)-1] != 0 {
		return r, errMalformed
	}
	for rest := doc[4 : len(doc)-1]; len(rest) > 0; {
		kind := rest[0]
		name, after, ok := bytes.Cut(rest[1:], []byte{0})
		n := bsonLen(kind, after)
		if !ok || n < 0 || n > len(after) {
			return r, errMalformed
		}
		r.element(string(name), kind, after[:n])
		rest = after[n:]
	}
	return r, nil
}

func (r *mongoReply) element(name string, kind byte, value []byte) {
	var number float64
	switch kind {
	case 0x01:
		number = math.Float64frombits(binary.LittleEndian.Uint64(value))
	case 0x10:
		number = float64(int32(binary.LittleEndian.Uint32(value)))
	case 0x12:
		number = float64(int64(binary.LittleEndian.Uint64(value)))
	case 0x05:
		if name == "payload" {
			r.payload = value[5:]
		}
		return
	default:
		return
	}
	switch name {
	case "ok":
		r.ok = number == 1
	case "code":
		if number > 0 && number < 1e6 {
			r.code = int(number)
		}
	case "conversationId":
		if number >= 0 && number <= math.MaxInt32 {
			r.conversation = int32(number)
		}
	}
}

// bsonLen returns how long the value of an element is, or -1.
func bsonLen(kind byte, text []byte) int {
	switch kind {
	case 0x01, 0x09, 0x11, 0x12: // numbers of 8 bytes, times
		return 8
	case 0x08:
		return 1
	case 0x0a, 0xff, 0x7f:
		return 0
	case 0x10:
		return 4
	case 0x07:
		return 12
	}
	if len(text) < 4 {
		return -1
	}
	n := int64(binary.LittleEndian.Uint32(text))
	switch kind {
	case 0x02: // text, with its end
		n += 4
	case 0x05: // bytes, after their kind
		n += 5
	case 0x03, 0x04: // documents, which count themselves
		if n < 5 {
			return -1
		}
	default:
		return -1
	}
	if n > int64(len(text)) {
		return -1
	}
	return int(n)
}
