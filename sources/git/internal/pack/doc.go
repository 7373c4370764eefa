// Package pack reads git's object storage: packfiles with their indexes,
// multi-pack indexes, loose objects and alternates.
//
// It is built to show every object of a repository once, in the order in which
// reading is cheapest: [Pack.Prepare] finds the delta families of a pack, and
// [Reader.Walk] goes through a family depth first, so that each object is
// inflated once and each delta applied once. [Store.Read] reads one object at
// random.
//
// All it reads may be hostile. A broken object costs itself and what is
// derived from it; a broken index costs its pack. Nothing is ever written, and
// nothing that a repository configures is honoured.
//
// The formats are those of git's documentation: gitformat-pack(5), and
// gitrepository-layout(5) for loose objects and alternates.
package pack
