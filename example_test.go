package sprawl_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/detectors"
	"github.com/seed-5dd601fe/sprawl/register"
	"github.com/seed-5dd601fe/sprawl/sources"
	"github.com/seed-5dd601fe/sprawl/sweep"
)

// Scan a directory: load rules, open a source, sweep it into an inventory.
func Example() {
	dir, _ := os.MkdirTemp("", "sprawl")
	defer os.RemoveAll(dir)
	password := strings.Repeat("k7Qz", 4) + "mX2v" // made up here, so that no file holds it
	_ = os.WriteFile(filepath.Join(dir, ".env"), []byte("DATABASE_URL=postgres://app:"+password+"@db.internal/app\n"), 0o600)

	rules, err := detectors.Load("rules.toml", sprawl.RulesTOML)
	if err != nil {
		log.Fatal(err)
	}
	set, err := detectors.Compile(rules)
	if err != nil {
		log.Fatal(err)
	}
	target := sprawl.Target("dir:" + dir)
	source, err := sources.Open(context.Background(), target, sources.Options{Reach: set.Reach()})
	if err != nil {
		log.Fatal(err)
	}
	inventory := register.New(register.NewRunKey())
	receipt, err := sweep.Run(context.Background(), sweep.Config{
		Places: []sweep.Place{{Target: target, Source: source}}, Rules: set, Inventory: inventory,
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range inventory.Credentials([]sprawl.Target{target}) {
		fmt.Println(c.Rule, c.Hint, c.Locations[0].Path, c.Locations[0].Line)
	}
	fmt.Println("complete:", receipt.Complete)
	// Output:
	// database-uri …(20) .env 1
	// complete: true
}
