package detectors

import "github.com/seed-5dd601fe/sprawl"

// A Rule says how one kind of credential is recognised. It is the [[rule]]
// table of a rules file.
type Rule struct {
	ID     string `toml:"id"`
	Issuer string `toml:"issuer"` // id of an [[issuer]] table; "" where nobody can be asked
	About  string `toml:"about"`  // one line for people
	Docs   string `toml:"docs"`   // the page that a format is known from

	Tier       sprawl.Tier `toml:"tier"`       // structured, unless it says generic
	Confidence int         `toml:"confidence"` // of a match that passes every test; 1 to 100

	// Literals are fixed texts of which every match contains at least one.
	// Fold lets them stand in any letter case. Three bytes are the least.
	Literals []string `toml:"literals"`
	Fold     bool     `toml:"fold"`

	// Match is a regular expression (Go, RE2) in which every named group
	// becomes a part. Those in Public are identifiers; the first other one is
	// the secret, whose place is the finding's place. Max is the length of the
	// longest match in bytes: it is derived, and need be given only where the
	// pattern has no bound of its own.
	Match  string   `toml:"match"`
	Max    int      `toml:"max"`
	Public []string `toml:"public"`

	// Near and Value take the place of Literals and Match for a value that has no
	// marker of its own: the names that it is given to, and its form. Each name
	// is one or more words in lower case, in order and at most 20 bytes apart; a
	// word may list alternatives with |, and its underscores stand for a dash, a
	// dot or nothing, too. The first word is what is searched for. Value may name
	// its groups; else the whole of it is the part "key".
	Near  []string `toml:"near"`
	Value string   `toml:"value"`

	// Find names a Go function that takes the place of Match, for what a
	// regular expression can't say.
	Find string `toml:"find"`

	// Check names the check-digit function that the secret part must satisfy;
	// a value that fails is kept at low confidence. Entropy is the least
	// Shannon entropy of the secret part, in bits per byte. Not are patterns
	// of secret parts that are placeholders.
	Check   string   `toml:"check"`
	Entropy float64  `toml:"entropy"`
	Not     []string `toml:"not"`

	// Facts names the function that reads off a match what it tells of itself:
	// the account in a key id, the expiry in a token.
	Facts string `toml:"facts"`

	// Pair joins a match of this rule with the nearest match of another.
	Pair *Pair `toml:"pair"`

	// Found and Ignored are examples: texts in which this rule must, and must
	// not, report. See Expand for how they are written without holding a
	// secret.
	Found   []string `toml:"found"`
	Ignored []string `toml:"ignored"`

	checked bool // by a loader, so that Compile need not
	derived bool // Literals and Match come of Near and Value
}

// checked returns rules as ones that a loader has checked.
func checked(rules []Rule) []Rule {
	for i := range rules {
		rules[i].checked = true
	}
	return rules
}

// A Pair declares that the parts of another rule's match complete this one's:
// the key id beside a secret key.
type Pair struct {
	With   string `toml:"with"`   // id of the other rule
	Within int    `toml:"within"` // bytes between the two, at most; 0 is the whole object
}
