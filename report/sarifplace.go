package report

import (
	"net/url"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/seed-5dd601fe/sprawl"
)

// location returns where at is: in a file, or else in the repository itself,
// with a logical name for the part of it.
func (s *sarifRun) location(at *sprawl.Location) *sarif.Location {
	loc := sarif.NewLocation()
	uri, isFile := relative(at.Path)
	isFile = isFile && at.Kind == sprawl.KindBlob
	if !isFile {
		uri = "."
		loc.AddLogicalLocation(logical(at))
	}
	where := sarif.NewPhysicalLocation().WithArtifactLocation(
		sarif.NewArtifactLocation().WithURI(uri).WithURIBaseID(s.baseOf(at.Target)))
	if isFile {
		where.WithRegion(region(at))
	}
	return loc.WithPhysicalLocation(where)
}

// logical names what is no file: the text of a commit, a ref, a variable.
func logical(at *sprawl.Location) *sarif.LogicalLocation {
	kind, name := string(at.Kind), at.Path
	if kind == "" {
		kind = "object"
	}
	switch id := commit(at); {
	case name == "" && id != "":
		name = id
	case name == "":
		name = at.Object.String()
	}
	return sarif.NewLogicalLocation().WithKind(kind).WithFullyQualifiedName(message(kind + " " + name))
}

// region returns the place of the value in its file; nil where only the file
// is known. Columns count bytes, which are UTF-16 code units, as SARIF counts,
// in a line of ASCII.
func region(at *sprawl.Location) *sarif.Region {
	if at.Line < 1 && at.End <= at.Start {
		return nil
	}
	r := sarif.NewRegion()
	if at.Line > 0 {
		r.WithStartLine(at.Line).WithStartColumn(max(at.Column, 1))
		if at.EndLine >= at.Line && at.EndColumn > 0 {
			r.WithEndLine(at.EndLine).WithEndColumn(at.EndColumn)
		}
	}
	if at.End > at.Start && at.Start >= 0 {
		r.WithByteOffset(int(at.Start)).WithByteLength(int(at.End - at.Start))
	}
	return r
}

// relative returns path as a relative reference (RFC 3986, section 4.2), every
// byte that is not plain percent-encoded. It refuses paths that would lead
// elsewhere.
func relative(path string) (string, bool) {
	if path == "" || strings.HasPrefix(path, "/") {
		return "", false
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if s == ".." || s == "." || s == "" {
			return "", false
		}
		// A colon in the first segment would read as a scheme.
		segments[i] = strings.ReplaceAll(url.PathEscape(s), ":", "%3A")
	}
	return strings.Join(segments, "/"), true
}
