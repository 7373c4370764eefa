//go:build !amd64 || purego

package literal

// sifting says whether sift can be called.
const sifting = false

func sift(*tables, *byte, []block) { panic("literal: no sift for this processor") }
