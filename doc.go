// Package sprawl is the vocabulary of the scanner that finds credentials which
// still work and have been copied across trust boundaries.
//
// It holds nouns and three small interfaces, and does no I/O. What happens to
// a byte, in order:
//
//   - a [Target] names a place; its [Source] (package sources and below) lists
//     [Unit]s and shows their content, object by object, to a [Visitor];
//   - package detectors turns each [Chunk] into [Finding]s: literals first,
//     then shapes, patterns, check digits and entropy;
//   - package register joins findings into [Credential]s by a keyed
//     fingerprint of the value, whatever rule or encoding it was found by;
//   - a source that met content before it knew where it lives resolves that
//     late, as a [Locator], and only for the objects in which something was found;
//   - package boundary derives the [Zone] of every location and names the
//     [Crossing]s;
//   - package verify asks issuers for a [Verdict], when the user wants that;
//   - package report writes the finished run in one of its formats.
//
// Package sweep joins these; cmd/sprawl reads flags and nothing else.
package sprawl
