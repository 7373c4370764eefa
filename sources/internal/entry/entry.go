// Package entry shows values that have names: variables, parameters, and the
// fields of what lies in a store.
package entry

import (
	"cmp"
	"slices"

	"github.com/seed-5dd601fe/sprawl"
)

// A Field is a named value.
type Field struct {
	Name  string
	Value []byte
}

// Show offers the entry at the location and, if it is wanted, shows it to v as
// one object of sprawl.KindEntry: for each field, in order of name, a line of its
// name, an equals sign and its value. A value's own newlines stay as they are.
// Offsets count in that text, which is the same each time for the same fields.
//
// What belongs together, as the halves of a key do, goes into one call. Where
// there is one field only, it becomes the location's Key.
func Show(v sprawl.Visitor, at sprawl.Location, fields ...Field) error {
	at.Kind = sprawl.KindEntry
	if len(fields) == 1 {
		at.Key = fields[0].Name
	}
	if !v.Offer(&at) {
		return nil
	}
	return v.Visit(&sprawl.Chunk{At: &at, Data: Text(fields...)})
}

// Text returns the text that Show shows.
func Text(fields ...Field) []byte {
	fields = slices.Clone(fields)
	slices.SortStableFunc(fields, func(a, b Field) int { return cmp.Compare(a.Name, b.Name) })
	var text []byte
	for _, f := range fields {
		text = append(text, f.Name...)
		text = append(text, '=')
		text = append(text, f.Value...)
		text = append(text, '\n')
	}
	return text
}
