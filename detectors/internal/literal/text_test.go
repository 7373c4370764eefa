package literal

import (
	"bytes"
	"go/build"
	"os"
	"path/filepath"
)

// sourceText returns some megabytes of real source text: what Go itself ships
// in its standard library, so that the benchmark needs no corpus.
func sourceText() []byte {
	var all bytes.Buffer
	names, _ := filepath.Glob(filepath.Join(build.Default.GOROOT, "src", "net", "http", "*.go"))
	for _, name := range names {
		if data, err := os.ReadFile(name); err == nil {
			all.Write(data)
		}
	}
	return all.Bytes()
}
