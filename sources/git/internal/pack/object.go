package pack

import (
	"errors"
	"strconv"

	"github.com/seed-5dd601fe/sprawl"
)

// A Type is the type of an object, in the numbering of packfiles.
type Type uint8

// The types of object. The zero Type is that of an object whose type is not
// known: one that is damaged, or whose chain of bases leads nowhere.
const (
	Commit Type = 1
	Tree   Type = 2
	Blob   Type = 3
	Tag    Type = 4

	ofsDelta Type = 6
	refDelta Type = 7
)

// String returns the name by which git calls t, such as "commit".
func (t Type) String() string {
	switch t {
	case Commit:
		return "commit"
	case Tree:
		return "tree"
	case Blob:
		return "blob"
	case Tag:
		return "tag"
	}
	return "type " + strconv.Itoa(int(t))
}

// ErrMissing says that an object is not in the store. That is no corruption:
// in a shallow or partial clone, objects may be absent.
var ErrMissing = errors.New("object is not in the repository")

// An Object is one object of a pack, resolved. It is on loan from a Reader.
type Object struct {
	ID   sprawl.ID
	Num  int // its number in the pack
	Type Type
	Data []byte

	// Base is the object that this one is stored as a difference from, and
	// Copies the parts that equal it, in order of Dst, adjacent ones merged.
	// Base was visited earlier in the same Walk. Both are zero for an object
	// that is stored whole or derived from one outside the pack.
	Base   sprawl.ID
	Copies []sprawl.Copy

	// Slot is a small number by which to keep what is known of this object for
	// those that are derived from it: they have it as their BaseSlot. It is
	// free for another object when the last of them is shown, which may have
	// the same Slot itself. It is -1 where nothing is derived from the object,
	// as BaseSlot is where Base is zero.
	Slot, BaseSlot int
}
