// Package audit keeps the log of everything that a run did to others: each
// question put to an issuer, each read of a secret store, each finding that was
// left out on somebody's word.
//
// The log is a file of JSON lines, to which lines are only ever added. Each line
// carries the hash of the line before it, so that a line that was changed, taken
// out, put in or moved is seen by whoever reads the file again (Verify). That
// the file as a whole was replaced by a shorter one is seen only by whoever
// noted its last hash elsewhere: Head tells it.
//
// No line holds a credential. Those who write lines are held to that by passing
// fingerprints and ids.
package audit
