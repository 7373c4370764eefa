package verify

import (
	"bufio"
	"context"
	"encoding/base64"
	"net"
	"net/textproto"
	"strings"
)

// smtpSpeaker logs in to send mail (RFC 4954), sends none, and leaves.
func smtpSpeaker() speaker {
	return speaker{
		issuer: "smtp", verb: "AUTH", login: true,
		knows: knowsScheme("smtp", "smtps"), needs: []string{"user", "password", "host"},
		aim: aimAtURI, ask: askSMTP, made: strangersLogin,
	}
}

// imapSpeaker logs in to read mail (RFC 3501, section 6.2), reads none, and
// leaves.
func imapSpeaker() speaker {
	return speaker{
		issuer: "imap", verb: "LOGIN", login: true,
		knows: knowsScheme("imap", "imaps"), needs: []string{"user", "password", "host"},
		aim: aimAtURI, ask: askIMAP, made: strangersLogin,
	}
}

// mailbox connects to a server whose protocol may begin in clear.
func (l *line) mailbox(ctx context.Context, secure bool, plain, tls string) (net.Conn, error) {
	if !secure {
		return l.dial(ctx, plain)
	}
	conn, err := l.dial(ctx, tls)
	if err != nil {
		return nil, err
	}
	return l.secure(ctx, conn)
}

func askSMTP(ctx context.Context, l *line) outcome {
	secure := l.base.Scheme == "smtps"
	conn, err := l.mailbox(ctx, secure, "587", "465")
	if err != nil {
		return l.failed(ctx, err)
	}
	defer func() { conn.Close() }()
	t := textproto.NewConn(conn)
	if _, _, err := t.ReadResponse(220); err != nil {
		return l.mailFailed(ctx, err)
	}
	offers, err := tellSMTP(t, 250, "EHLO sprawl")
	if err == nil && !secure && offersWord(offers, "STARTTLS") {
		if _, err = tellSMTP(t, 220, "STARTTLS"); err == nil {
			var secured net.Conn
			if secured, err = l.secure(ctx, conn); err == nil {
				conn, t, secure = secured, textproto.NewConn(secured), true
				offers, err = tellSMTP(t, 250, "EHLO sprawl")
			}
		}
	}
	switch {
	case err != nil:
		return l.mailFailed(ctx, err)
	case !secure && !l.named():
		return l.failed(ctx, errPlain)
	case !offersWord(offers, "AUTH"):
		return l.unknown("no evidence", "wants no password")
	}
	plain := base64.StdEncoding.EncodeToString([]byte("\x00" + l.decoded("user") + "\x00" + l.decoded("password")))
	_, err = tellSMTP(t, 235, "AUTH PLAIN "+plain)
	out := l.readSMTP(ctx, err)
	t.PrintfLine("QUIT")
	return out
}

// tellSMTP sends a command, and wants a reply of this code.
func tellSMTP(t *textproto.Conn, code int, command string) (string, error) {
	if err := t.PrintfLine("%s", command); err != nil {
		return "", err
	}
	_, text, err := t.ReadResponse(code)
	return text, err
}

// offersWord reports whether one of the lines of an EHLO's reply begins with
// word.
func offersWord(reply, word string) bool {
	for line := range strings.Lines(reply) {
		if fields := strings.Fields(line); len(fields) > 0 && strings.EqualFold(fields[0], word) {
			return true
		}
	}
	return false
}

// readSMTP judges the reply to AUTH (RFC 4954, section 6).
func (l *line) readSMTP(ctx context.Context, err error) outcome {
	code, isReply := err.(*textproto.Error)
	switch {
	case err == nil:
		out := l.live("235, accepted the password")
		out.verdict.Account = l.account(l.decoded("user"))
		return out
	case isReply && code.Code == 535:
		return l.dead("535, authentication credentials invalid")
	}
	return l.mailFailed(ctx, err)
}

// mailFailed says what went wrong, without the text of the server.
func (l *line) mailFailed(ctx context.Context, err error) outcome {
	if _, ok := err.(*textproto.Error); ok {
		return l.unknown("refused", "by a reply that does not tell why")
	}
	if _, ok := err.(textproto.ProtocolError); ok {
		err = errMalformed
	}
	return l.failed(ctx, err)
}

func askIMAP(ctx context.Context, l *line) outcome {
	user, password := l.decoded("user"), l.decoded("password")
	if !quotable(user) || !quotable(password) {
		return outcome{verdict: unknown("not asked: its parts make no login")}
	}
	secure := l.base.Scheme == "imaps"
	conn, err := l.mailbox(ctx, secure, "143", "993")
	if err != nil {
		return l.failed(ctx, err)
	}
	defer func() { conn.Close() }()
	in := bufio.NewReader(conn)
	hello, err := readLine(in)
	if err == nil && !strings.HasPrefix(hello, "* OK") {
		err = errMalformed
	}
	if err != nil {
		return l.failed(ctx, err)
	}
	if !secure {
		reply, err := tellIMAP(conn, in, "a1", "STARTTLS")
		switch {
		case err != nil:
			return l.failed(ctx, err)
		case strings.HasPrefix(reply, "OK"):
			secured, err := l.secure(ctx, conn)
			if err != nil {
				return l.failed(ctx, err)
			}
			conn, in = secured, bufio.NewReader(secured)
		case !l.named():
			return l.failed(ctx, errPlain)
		}
	}
	reply, err := tellIMAP(conn, in, "a2", "LOGIN "+quoted(user)+" "+quoted(password))
	if err != nil {
		return l.failed(ctx, err)
	}
	conn.Write([]byte("a3 LOGOUT\r\n"))
	return l.readIMAP(reply)
}

// readIMAP judges the reply to LOGIN by its response code (RFC 5530).
func (l *line) readIMAP(reply string) outcome {
	switch {
	case strings.HasPrefix(reply, "OK"):
		out := l.live("accepted the password")
		out.verdict.Account = l.account(l.decoded("user"))
		return out
	case strings.HasPrefix(reply, "NO [AUTHENTICATIONFAILED]"):
		return l.dead("AUTHENTICATIONFAILED")
	case strings.HasPrefix(reply, "NO [EXPIRED]"):
		return l.dead("EXPIRED")
	}
	return l.unknown("refused", "by a reply that does not tell why")
}

// tellIMAP sends a command and returns its reply, without the tag.
func tellIMAP(conn net.Conn, in *bufio.Reader, tag, command string) (string, error) {
	if _, err := conn.Write([]byte(tag + " " + command + "\r\n")); err != nil {
		return "", err
	}
	for range 50 {
		text, err := readLine(in)
		if err != nil {
			return "", err
		}
		if reply, ok := strings.CutPrefix(text, tag+" "); ok {
			return reply, nil
		}
	}
	return "", errMalformed
}

// quotable reports whether s can stand in a quoted string (RFC 3501, section
// 4.3).
func quotable(s string) bool { return printable(s) }

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
