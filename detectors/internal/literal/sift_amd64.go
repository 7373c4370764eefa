//go:build amd64 && !purego

package literal

import "golang.org/x/sys/cpu"

// sifting says whether sift can be called.
var sifting = cpu.X86.HasAVX2

// sift fills out from the 64 bytes for each block from p on. It reads the byte
// before them and two behind.
func sift(t *tables, p *byte, out []block) { siftAVX2(t, p, &out[0], len(out)) }

//go:noescape
func siftAVX2(t *tables, p *byte, out *block, n int)
