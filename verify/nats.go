package verify

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"strings"
)

// natsSpeaker connects (NATS documentation, "Client Protocol"), asks for a sign
// of life, and leaves.
func natsSpeaker() speaker {
	return speaker{
		issuer: "nats", verb: "CONNECT", login: true,
		knows: knowsScheme("nats"), needs: []string{"user", "password", "host"},
		aim: aimAtURI, ask: askNATS, made: strangersLogin,
	}
}

// natsInfo is what a server says of itself before anything else.
type natsInfo struct {
	Auth  bool `json:"auth_required"`
	TLS   bool `json:"tls_required"`
	Offer bool `json:"tls_available"`
}

func askNATS(ctx context.Context, l *line) outcome {
	conn, err := l.dial(ctx, "4222")
	if err != nil {
		return l.failed(ctx, err)
	}
	defer func() { conn.Close() }()
	in := bufio.NewReaderSize(conn, 16<<10)
	info, err := readInfo(in)
	switch {
	case err != nil:
		return l.failed(ctx, err)
	case info.TLS || info.Offer:
		var secured net.Conn
		if secured, err = l.secure(ctx, conn); err != nil {
			return l.failed(ctx, err)
		}
		conn = secured
		in = bufio.NewReaderSize(conn, 16<<10)
	case !l.named():
		return l.failed(ctx, errPlain)
	}
	if !info.Auth {
		return l.unknown("no evidence", "wants no password")
	}
	connect, err := json.Marshal(map[string]any{
		"verbose": true, "pedantic": false, "user": l.decoded("user"), "pass": l.decoded("password"),
		"name": "sprawl", "lang": "go", "version": "1", "protocol": 0, "echo": false,
	})
	if err != nil {
		return l.unknown("not asked", "its parts make no login")
	}
	if _, err := io.WriteString(conn, "CONNECT "+string(connect)+"\r\nPING\r\n"); err != nil {
		return l.failed(ctx, err)
	}
	return l.readNATS(ctx, in)
}

func (l *line) readNATS(ctx context.Context, in *bufio.Reader) outcome {
	for range 10 {
		text, err := readLine(in)
		switch {
		case err != nil:
			return l.failed(ctx, err)
		case text == "PONG":
			out := l.live("accepted the password")
			out.verdict.Account = l.account(l.decoded("user"))
			return out
		case strings.EqualFold(text, "-ERR 'Authorization Violation'"):
			return l.dead("Authorization Violation")
		case strings.HasPrefix(text, "-ERR"):
			return l.unknown("refused", "by an error that does not tell why")
		}
	}
	return l.failed(ctx, errMalformed)
}

func readInfo(in *bufio.Reader) (info natsInfo, err error) {
	line, err := in.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		return info, errTooLarge
	}
	if err != nil {
		return info, err
	}
	text, ok := strings.CutPrefix(string(line), "INFO ")
	if !ok || json.Unmarshal([]byte(text), &info) != nil {
		return info, errMalformed
	}
	return info, nil
}
