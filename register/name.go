package register

import (
	"encoding/hex"
	"runtime"
	"sync"

	"github.com/seed-5dd601fe/sprawl"
)

// A Name is a fingerprint with the key that it was made under. A credential
// has several where keys were rotated, or where its halves were found apart.
type Name struct {
	Key   string // its id
	Print sprawl.Fingerprint
}

// String returns the name as registers write it: the key's id, a dot, and the
// fingerprint in hex.
func (n Name) String() string { return n.Key + "." + hex.EncodeToString(n.Print[:]) }

// names returns the names of a value under k and the keys before it, that
// under k first.
func (k *Key) names(values [][]byte) []Name {
	all := []Name{{k.id, k.print(values)}}
	for _, f := range k.former {
		all = append(all, Name{f.id, f.print(values)})
	}
	return all
}

// name gives rows their names and ids. Values that must be stretched first take
// a tenth of a second each, so they are shared out among processors.
func (in *Inventory) name(rows []*row) {
	next := make(chan *row)
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), max(len(rows), 1)) {
		wait.Go(func() {
			for r := range next {
				r.called(in.key.names(canonicals(&r.finding)))
			}
		})
	}
	for _, r := range rows {
		if r.ID == "" {
			next <- r
		}
	}
	close(next)
	wait.Wait()
	for _, r := range rows {
		in.byID[r.ID] = r
	}
}

// called sets the names of r; the first is the one that people see.
func (r *row) called(names []Name) {
	r.names = append(names, r.names...)
	r.Fingerprint = names[0].Print
	r.ID = credentialID(r.Fingerprint)
}

// Names returns the names of the credential with that id.
func (in *Inventory) Names(id string) []Name {
	in.mu.Lock()
	defer in.mu.Unlock()
	if r := in.byID[id]; r != nil {
		return r.names
	}
	return nil
}

// Hook returns the hash of the credential for a HookSet, or nil where it must
// not be in one.
func (in *Inventory) Hook(id string) []byte {
	in.mu.Lock()
	defer in.mu.Unlock()
	if r := in.byID[id]; r != nil {
		return in.key.Hook().print(&r.finding)
	}
	return nil
}
