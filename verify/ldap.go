package verify

import (
	"context"
	"io"
	"net/url"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// ldapSpeaker binds by name and password (RFC 4511, section 4.2), and unbinds.
func ldapSpeaker() speaker {
	return speaker{
		issuer: "ldap", verb: "BIND", login: true,
		knows: knowsScheme("ldap", "ldaps"), needs: []string{"user", "password", "host"},
		aim: aimAtURI, ask: askLDAP, made: strangersBind,
	}
}

// The tags of BER that a bind needs.
const (
	berInteger  = 0x02
	berText     = 0x04
	berEnum     = 0x0a
	berSequence = 0x30
	ldapBind    = 0x60
	ldapBound   = 0x61
	ldapSimple  = 0x80
)

func askLDAP(ctx context.Context, l *line) outcome {
	secure := l.base.Scheme == "ldaps"
	port := "389"
	if secure {
		port = "636"
	}
	conn, err := l.open(ctx, secure, port)
	if err != nil {
		return l.failed(ctx, err)
	}
	defer conn.Close()
	bind := ber(ldapBind, ber(berInteger, []byte{3}), ber(berText, []byte(l.decoded("user"))), ber(ldapSimple, []byte(l.decoded("password"))))
	if _, err := conn.Write(ber(berSequence, ber(berInteger, []byte{1}), bind)); err != nil {
		return l.failed(ctx, err)
	}
	code, message, err := readBound(conn)
	if err != nil {
		return l.failed(ctx, err)
	}
	conn.Write(ber(berSequence, ber(berInteger, []byte{2}), []byte{0x42, 0})) // unbind
	return l.readBind(code, message)
}

// readBind judges a result code (RFC 4511, appendix A), and what Active
// Directory adds to code 49 (Microsoft, "Common Active Directory bind errors").
func (l *line) readBind(code int, message string) outcome {
	if code == 49 {
		for _, sub := range []string{"532", "773"} {
			if strings.Contains(message, "data "+sub) {
				return l.live("49, data " + sub + ": the password is right, and has to be changed")
			}
		}
		for _, sub := range []string{"530", "531", "533", "701", "775"} {
			if strings.Contains(message, "data "+sub) {
				return l.unknown("locked", "does not let the account in, whatever its password (49, data "+sub+")")
			}
		}
		return l.dead("49, invalid credentials")
	}
	if code != 0 {
		return l.unknown("refused", "by a result that does not tell why")
	}
	out := l.live("accepted the password")
	out.verdict.Account = l.account(l.decoded("user"))
	return out
}

// ber writes an element with a definite length.
func ber(tag byte, contents ...[]byte) []byte {
	n := 0
	for _, c := range contents {
		n += len(c)
	}
	out := []byte{tag, 0x82, byte(n >> 8), byte(n)}
	for _, c := range contents {
		out = append(out, c...)
	}
	return out
}

// readBound reads the answer to a bind: its code and its message.
func readBound(in io.Reader) (int, string, error) {
	var head [2]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return 0, "", err
	}
	if head[0] != berSequence {
		return 0, "", errMalformed
	}
	message := head[:]
	if more := int(head[1] & 0x7f); head[1] >= 0x80 {
		if more > 4 {
			return 0, "", errMalformed
		}
		rest := make([]byte, more)
		if _, err := io.ReadFull(in, rest); err != nil {
			return 0, "", err
		}
		message = append(message, rest...)
	}
	n, ok := berLength(message[1:])
	if !ok || n > 16<<10 {
		return 0, "", errTooLarge
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(in, body); err != nil {
		return 0, "", err
	}
	return parseBound(body)
}

func parseBound(body []byte) (int, string, error) {
	id, rest, ok := berNext(body, berInteger)
	if !ok || len(id) != 1 || id[0] != 1 {
		return 0, "", errMalformed
	}
	result, _, ok1 := berNext(rest, ldapBound)
	code, rest, ok2 := berNext(result, berEnum)
	_, rest, ok3 := berNext(rest, berText)
	message, _, ok4 := berNext(rest, berText)
	if !ok1 || !ok2 || !ok3 || !ok4 || len(code) == 0 || len(code) > 2 {
		return 0, "", errMalformed
	}
	n := 0
	for _, b := range code {
		n = n<<8 | int(b)
	}
	return n, string(message), nil
}

// berNext returns the contents of the element that text begins with, if it has
// this tag, and what follows it.
func berNext(text []byte, tag byte) (contents, rest []byte, ok bool) {
	if len(text) < 2 || text[0] != tag {
		return nil, nil, false
	}
	n, ok := berLength(text[1:])
	head := 2
	if text[1] >= 0x80 {
		head += int(text[1] & 0x7f)
	}
	if !ok || head+n > len(text) {
		return nil, nil, false
	}
	return text[head : head+n], text[head+n:], true
}

// berLength reads a definite length; Active Directory writes four bytes of it
// where one would do.
func berLength(text []byte) (int, bool) {
	if len(text) == 0 {
		return 0, false
	}
	if text[0] < 0x80 {
		return int(text[0]), true
	}
	more := int(text[0] & 0x7f)
	if more == 0 || more > 4 || len(text) < 1+more {
		return 0, false
	}
	n := 0
	for _, b := range text[1 : 1+more] {
		n = n<<8 | int(b)
	}
	return n, n >= 0 && n < 1<<24
}

// strangersBind makes up the name of an entry that nobody has, beside the one
// that somebody may have.
func strangersBind(f *sprawl.Finding) sprawl.Finding {
	made := strangersLogin(f)
	user, _ := f.Part("user")
	name, err := url.PathUnescape(user.Reveal())
	attribute, rest, isName := strings.Cut(name, "=")
	_, above, below := strings.Cut(rest, ",")
	if err != nil || !isName {
		return made
	}
	stranger := attribute + "=sprawl-" + string(randomText(10))
	if below {
		stranger += "," + above
	}
	for i := range made.Parts {
		if made.Parts[i].Name == "user" {
			made.Parts[i].Value = sprawl.NewSecret([]byte(url.PathEscape(stranger)), 0)
		}
	}
	return made
}
