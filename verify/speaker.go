package verify

import (
	"context"
	"net/url"
	"slices"

	"github.com/seed-5dd601fe/sprawl"
)

// A speaker asks an issuer that wants more than a request which the credential
// was written into: one that has requests signed, or speaks another protocol.
// Its functions are called from any goroutine.
type speaker struct {
	issuer string  // id of the [[issuer]] table, or one of its own
	verb   string  // what it does there, for plans and the log
	path   string  // what it asks for there
	login  bool    // it tries a password: only if the operator wants that, once per account and day
	rate   float64 // requests per second; defaultRate if 0

	knows func(f *sprawl.Finding) bool
	needs []string // parts without which there is nothing to ask

	// aim says where to ask, or why nobody can be. The path is what goes before
	// that of the question.
	aim func(c *Client, f *sprawl.Finding) (*url.URL, string)

	// ask asks once. It leaves the time of the verdict to its caller.
	ask func(ctx context.Context, l *line) outcome

	// made makes up a credential that must be refused; MadeUp if nil.
	made func(f *sprawl.Finding) sprawl.Finding
}

// speakers lists all of them. The first that knows a finding asks.
func speakers() []speaker {
	return []speaker{
		awsSpeaker(),
		postgresSpeaker(),
		mysqlSpeaker(),
		redisSpeaker(),
		mongoSpeaker(),
		sshKeySpeaker(),
		sshPasswordSpeaker(),
		ldapSpeaker(),
		natsSpeaker(),
		amqpSpeaker(),
		mqttSpeaker(),
		smtpSpeaker(),
		imapSpeaker(),
		registrySpeaker(),
		kubeSpeaker(),
		vaultSpeaker(),
		googleSpeaker(),
		entraSpeaker(),
		azureStorageSpeaker(),
		githubAppSpeaker(),
		alibabaSpeaker(),
	}
}

// maxPart is the longest part that is written into a protocol, in bytes.
const maxPart = 16 << 10

// speaks returns who asks about f, or nil.
func (c *Client) speaks(f *sprawl.Finding) *speaker {
	for i := range c.speakers {
		if c.speakers[i].knows(f) {
			return &c.speakers[i]
		}
	}
	return nil
}

// spoken returns the question of a speaker about f, or nil and why it is not
// put.
func (c *Client) spoken(s *speaker, f *sprawl.Finding) (*question, string) {
	for _, name := range s.needs {
		if value, ok := f.Part(name); !ok || value.Len() == 0 {
			return nil, "its " + name + " is missing"
		}
	}
	if slices.ContainsFunc(f.Parts, func(p sprawl.Part) bool { return p.Value.Len() > maxPart }) {
		return nil, "a part is too long"
	}
	if s.login && !c.o.Logins {
		return nil, "logins are only tried if that is wanted"
	}
	base, why := s.aim(c, f)
	if base == nil {
		return nil, why
	}
	return &question{issuer: c.issuerOf(s), speaker: s, finding: f, base: base}, ""
}

// issuerOf returns the entry of a speaker's issuer, or one with its id alone.
func (c *Client) issuerOf(s *speaker) *Issuer {
	if i := c.issuers.find(s.issuer); i != nil {
		return i
	}
	return &Issuer{ID: s.issuer}
}

// rulesOf returns a function that knows the findings of rules.
func rulesOf(rules ...string) func(*sprawl.Finding) bool {
	return func(f *sprawl.Finding) bool { return slices.Contains(rules, f.Rule) }
}

// at returns a function that aims at the issuer's own host, or where the
// operator says.
func at(issuer, host string) func(*Client, *sprawl.Finding) (*url.URL, string) {
	return func(c *Client, _ *sprawl.Finding) (*url.URL, string) {
		if u := c.bases[issuer]; u != nil {
			return u, ""
		}
		return &url.URL{Scheme: "https", Host: host}, ""
	}
}

// method and target say what a question does where, for plans and the log.
func (q *question) method() string {
	if q.speaker != nil {
		return q.speaker.verb
	}
	return q.ask.Method
}

func (q *question) path() string {
	if q.speaker != nil {
		return q.base.Path + q.speaker.path
	}
	return q.base.Path + q.ask.target.path
}

// parts returns the names of the parts that an answer depends on.
func (q *question) parts() []string {
	if q.speaker == nil {
		return q.ask.parts()
	}
	var names []string
	for _, p := range q.finding.Parts {
		names = append(names, p.Name)
	}
	return names
}

// what tells one kind of question at a place from another.
func (q *question) what() string {
	if q.speaker != nil {
		return q.speaker.verb + " " + q.speaker.path
	}
	return q.ask.URL
}

func (q *question) login() bool { return q.speaker != nil && q.speaker.login }
