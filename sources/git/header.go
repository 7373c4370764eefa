package git

import (
	"bytes"
	"encoding/hex"

	"github.com/seed-5dd601fe/sprawl"
)

// A header is what the head of a commit or tag says.
type header struct {
	tree    sprawl.ID
	parents []sprawl.ID
	person  []byte // the author or tagger, with the date
	date    int64  // of the committer, or tagger
	object  sprawl.ID
}

// parseCommit parses the head of a commit or a tag. What is damaged in it is
// left out.
func parseCommit(data []byte) (h header) {
	for len(data) > 0 && data[0] != '\n' {
		var line []byte
		line, data, _ = bytes.Cut(data, []byte("\n"))
		key, value, _ := bytes.Cut(line, []byte(" "))
		switch string(key) {
		case "tree":
			h.tree = hexID(value)
		case "parent":
			if id := hexID(value); !id.IsZero() {
				h.parents = append(h.parents, id)
			}
		case "object":
			h.object = hexID(value)
		case "author", "tagger":
			h.person = value
			h.date = seconds(value)
		case "committer":
			h.date = seconds(value)
			return h
		}
	}
	return h
}

func hexID(s []byte) (id sprawl.ID) {
	if len(s) == 40 {
		if _, err := hex.Decode(id[:20], s); err != nil {
			return sprawl.ID{}
		}
	}
	return id
}

// author returns "Name <mail>".
func (h *header) author() string {
	return string(h.person[:bytes.LastIndexByte(h.person, '>')+1])
}

// seconds returns the date in "Name <mail> 1136214245 -0700".
func seconds(person []byte) (n int64) {
	digits := bytes.TrimLeft(person[bytes.LastIndexByte(person, '>')+1:], " ")
	for _, c := range digits[:min(len(digits), 18)] {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + int64(c-'0')
	}
	return n
}
