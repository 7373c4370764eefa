package stdin_test

import (
	"bytes"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
	"github.com/seed-5dd601fe/sprawl/sources/stdin"
)

func open(t *testing.T, files map[string][]byte) sprawl.Source {
	var content []byte
	for _, content = range files {
	}
	s, err := stdin.Open(t.Context(), "stdin:", stdin.Options{Reader: bytes.NewReader(content), Reach: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSource(t *testing.T) {
	sourcetest.Suite{Open: open, Single: true, Once: true, Reach: 1000}.Run(t)
}
