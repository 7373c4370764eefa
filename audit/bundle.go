package audit

import (
	"archive/tar"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// A File is one of those in a bundle.
type File struct {
	Name string
	Data []byte
}

// A Bundle is what somebody can check without asking anybody: files, a manifest
// with their hashes, and a signature of that if it is signed. As a tar archive
// it has one form only, so that every byte of it counts.
type Bundle struct {
	Files []File
	Made  time.Time
	By    string            // the program that made it
	Key   ed25519.PublicKey // that signed it; nil where nobody did
}

// maxBundle bounds a bundle that is read, in bytes.
const maxBundle = 256 << 20

// The files of a bundle that hold it together.
const (
	manifestName  = "manifest.json"
	digestName    = "manifest.sha256"
	signatureName = "manifest.sig"
)

type manifest struct {
	Type  string         `json:"type"` // "bundle"
	V     int            `json:"v"`
	Made  time.Time      `json:"made"`
	By    string         `json:"by"`
	Key   string         `json:"key,omitempty"` // ed25519, in base64
	Files []manifestFile `json:"files"`
}

type manifestFile struct {
	Name   string `json:"name"`
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"`
}

// Write writes b as a tar archive, signed by signer unless that is nil.
func (b *Bundle) Write(w io.Writer, signer ed25519.PrivateKey) error {
	m := manifest{Type: "bundle", V: 1, Made: b.Made.UTC().Truncate(time.Second), By: b.By}
	if signer != nil {
		m.Key = base64.StdEncoding.EncodeToString(signer.Public().(ed25519.PublicKey))
	}
	for _, f := range b.Files {
		sum := sha256.Sum256(f.Data)
		m.Files = append(m.Files, manifestFile{f.Name, len(f.Data), hex.EncodeToString(sum[:])})
	}
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	var signature []byte
	if signer != nil {
		signature = ed25519.Sign(signer, text)
	}
	_, err = w.Write(archive(m.Made, text, signature, b.Files))
	return err
}

// archive returns the one form of a bundle.
func archive(made time.Time, text, signature []byte, files []File) []byte {
	var out bytes.Buffer
	t := tar.NewWriter(&out)
	sum := sha256.Sum256(text)
	all := append([]File{{manifestName, text}, {digestName, []byte(hex.EncodeToString(sum[:]) + "\n")}}, files...)
	if signature != nil {
		all = append(all, File{signatureName, []byte(base64.StdEncoding.EncodeToString(signature) + "\n")})
	}
	for _, f := range all {
		// Writing to memory fails for names and sizes that no tar can hold, which
		// whoever reads the bundle is told of: the files are not there.
		_ = t.WriteHeader(&tar.Header{Name: f.Name, Mode: 0o644, Size: int64(len(f.Data)), ModTime: made, Format: tar.FormatUSTAR})
		_, _ = t.Write(f.Data)
	}
	_ = t.Close()
	return out.Bytes()
}

// ErrBundle is in the chain of every error that means that a bundle was
// changed, or is none.
var ErrBundle = errors.New("the bundle was changed, or is none")

// ReadBundle reads what Write wrote, and returns an error in whose chain is
// ErrBundle if one byte of it is another. With key, it must be signed by that.
func ReadBundle(r io.Reader, key ed25519.PublicKey) (*Bundle, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxBundle+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxBundle {
		return nil, fmt.Errorf("%w: it is larger than %d MiB", ErrBundle, maxBundle>>20)
	}
	files, err := untar(raw)
	if err != nil {
		return nil, err
	}
	if len(files) < 2 || files[0].Name != manifestName || files[1].Name != digestName {
		return nil, fmt.Errorf("%w: it does not begin with a manifest", ErrBundle)
	}
	text, files := files[0].Data, files[2:]
	var m manifest
	if json.Unmarshal(text, &m) != nil || m.Type != "bundle" || m.V != 1 {
		return nil, fmt.Errorf("%w: its manifest can't be read", ErrBundle)
	}
	var signature []byte
	if n := len(files) - 1; n >= 0 && files[n].Name == signatureName {
		signature, _ = base64.StdEncoding.DecodeString(string(bytes.TrimSpace(files[n].Data)))
		files = files[:n]
	}
	if err := m.check(text, signature, key, files); err != nil {
		return nil, err
	}
	if !bytes.Equal(archive(m.Made, text, signature, files), raw) {
		return nil, fmt.Errorf("%w: it is not as this program writes it", ErrBundle)
	}
	b := &Bundle{Files: files, Made: m.Made, By: m.By}
	b.Key, _ = base64.StdEncoding.DecodeString(m.Key) // check has decoded it before
	return b, nil
}

func untar(raw []byte) (files []File, err error) {
	t := tar.NewReader(bytes.NewReader(raw))
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBundle, err)
		}
		data, err := io.ReadAll(t)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrBundle, h.Name, err)
		}
		files = append(files, File{h.Name, data})
	}
}

// check holds files and signature to the manifest.
func (m *manifest) check(text, signature []byte, key ed25519.PublicKey, files []File) error {
	if len(files) != len(m.Files) {
		return fmt.Errorf("%w: it holds %d files, and its manifest names %d", ErrBundle, len(files), len(m.Files))
	}
	for i, f := range files {
		sum := sha256.Sum256(f.Data)
		if want := m.Files[i]; f.Name != want.Name || len(f.Data) != want.Size || hex.EncodeToString(sum[:]) != want.SHA256 {
			return fmt.Errorf("%w: %s is not the file that the manifest names", ErrBundle, want.Name)
		}
	}
	signer, err := base64.StdEncoding.DecodeString(m.Key)
	switch {
	case m.Key == "" && signature == nil && key == nil:
		return nil
	case m.Key == "" && key != nil:
		return fmt.Errorf("%w: it is not signed", ErrBundle)
	case err != nil || len(signer) != ed25519.PublicKeySize || !ed25519.Verify(signer, text, signature):
		return fmt.Errorf("%w: its signature does not fit", ErrBundle)
	case key != nil && !key.Equal(ed25519.PublicKey(signer)):
		return fmt.Errorf("%w: it was signed by another key", ErrBundle)
	}
	return nil
}
