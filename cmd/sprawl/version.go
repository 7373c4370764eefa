package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl"
)

func newVersion(c console) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				b, err := theBuild()
				if err != nil {
					return err
				}
				return writeJSON(c.out, b)
			}
			_, err := fmt.Fprintln(c.out, "sprawl", version())
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as one JSON object, with the commit, the Go version, the platform and the rules")
	return cmd
}

// A build is what sprawl version --json prints. Fields are only ever added.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Time     string `json:"time,omitempty"` // of the commit, RFC 3339
	Modified bool   `json:"modified"`       // whether files were changed since the commit
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
	Rules    int    `json:"rules"`
	RulesSum string `json:"rules_sha256"` // of the rules that are built in
}

func theBuild() (build, error) {
	_, rules, err := loadRules(nil)
	if err != nil {
		return build{}, err
	}
	sum := sha256.Sum256([]byte(sprawl.RulesTOML))
	b := build{
		Version: version(), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		Rules: len(rules), RulesSum: hex.EncodeToString(sum[:]),
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b, nil
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b, nil
}

// version returns what the build knows of itself.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 && (v == "" || v == "(devel)") {
			v = "devel-" + s.Value[:12]
		}
	}
	if v == "" {
		return "(devel)"
	}
	return v
}
