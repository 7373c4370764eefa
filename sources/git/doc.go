// Package git reads repositories: every object that a repository holds,
// whether a branch reaches it or not, the names of its refs, its reflogs and
// its configuration.
//
// Content is shown in the order in which packs store it, before it is known
// where in history it lies. [Repo.Locate] finds that out late, and only for
// the objects in which something was found.
//
// Nothing that a repository configures is honoured: no attributes, filters,
// text conversions, replace refs, grafts, includes or hooks, and no program is
// run. What is not there (beyond a shallow boundary, filtered from a partial
// clone, damaged) is a gap, never silence.
//
// The layout is that of gitrepository-layout(5); the formats those of
// gitformat-pack(5) and gitformat-index(5).
package git
