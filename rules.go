package sprawl

import _ "embed"

// RulesTOML is rules.toml as it was built in: every rule and every issuer.
//
//go:embed rules.toml
var RulesTOML []byte
