package pack

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

func parseID(t testing.TB, name string) (id sprawl.ID) {
	if _, err := hex.Decode(id[:], []byte(name)); err != nil {
		t.Fatal(err)
	}
	return id
}

func checkHash(t testing.TB, id sprawl.ID, typ Type, data []byte) {
	t.Helper()
	if sum := hashObject(sha1.New(), typ, data); sum != [hashSize]byte(id[:]) {
		t.Errorf("%v: content hashes to %x", id, sum)
	}
}

// walkCount walks all of p, and returns how many objects could be read.
func walkCount(t testing.TB, p *Pack) (good, bad int) {
	t.Helper()
	if err := p.Prepare(context.Background()); err != nil {
		t.Fatal(err)
	}
	r := p.NewReader()
	for typ := Commit; typ <= Tag; typ++ {
		for _, s := range p.Slices(typ, 3) {
			err := r.Walk(context.Background(), s, func(o *Object) error {
				good++
				return nil
			}, func(id sprawl.ID, err error) {
				if err == nil {
					t.Errorf("%v is bad for no reason", id)
				}
				bad++
			})
			if err != nil {
				t.Error(err)
			}
		}
	}
	return good, bad
}
