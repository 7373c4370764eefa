package unpack

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
)

// tar shows the entries of the archive r.
func (u *Unpacker) tar(p place, r io.Reader) {
	in := p.in(tarFile)
	u.startNames(in)
	defer u.endNames(in)
	t := tar.NewReader(r)
	for u.another(in) {
		h, err := t.Next()
		if err == io.EOF {
			u.tarRest(in, r)
			return
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			u.failed(p.at.Path, err)
			return
		}
		u.tarEntry(in, h, t)
	}
}

// tarEntry shows the entry h, whatever kind it says it is of: a file that
// claims to be a link still has content.
func (u *Unpacker) tarEntry(in place, h *tar.Header, t *tar.Reader) {
	if h.Linkname != "" {
		u.name(in, h.Name, " -> ", h.Linkname)
	} else {
		u.name(in, h.Name)
	}
	if h.Size > 0 {
		// A sparse file yields more than is there, so that it is charged.
		u.show(in.entry(h.Name), &meter{u, t})
	}
}

// tarRest shows what follows the end of an archive: nothing but zeros, or
// another one, or what somebody hid there.
func (u *Unpacker) tarRest(in place, r io.Reader) {
	r = &meter{u, r}
	head := u.level(in.depth).head[:]
	for !u.done() {
		got, err := readHead(r, head[:0])
		if rest := bytes.TrimLeft(got, "\x00"); len(rest) > 0 {
			rest = bytes.Clone(rest)
			u.show(in, io.MultiReader(bytes.NewReader(rest), &after{r, err}))
			return
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			u.failed(in.at.Path, err)
			return
		}
	}
}
