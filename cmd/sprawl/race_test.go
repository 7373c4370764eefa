//go:build race

package main

// slow says that the race detector makes all of this ten times slower.
const slow = true
