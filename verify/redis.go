package verify

import (
	"bufio"
	"context"
	"io"
	"strconv"
	"strings"
)

// redisSpeaker authenticates (Redis, AUTH and the RESP specification), asks who
// it is, and leaves. Redis locks nobody out, so that a made-up password for the
// same user shows whether any is accepted.
func redisSpeaker() speaker {
	return speaker{
		issuer: "redis", verb: "AUTH", login: true,
		knows: knowsScheme("redis", "rediss"), needs: []string{"password", "host"},
		aim: aimAtURI, ask: askRedis,
	}
}

func askRedis(ctx context.Context, l *line) outcome {
	conn, err := l.open(ctx, l.base.Scheme == "rediss", "6379")
	if err != nil {
		return l.failed(ctx, err)
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	auth := []string{"AUTH", l.decoded("user"), l.decoded("password")}
	if auth[1] == "" {
		auth = []string{"AUTH", auth[2]}
	}
	reply, err := tellRedis(conn, in, auth...)
	switch {
	case err != nil:
		return l.failed(ctx, err)
	case strings.HasPrefix(reply, "-WRONGPASS"), reply == "-ERR invalid password":
		return l.dead("WRONGPASS")
	case strings.HasPrefix(reply, "-"):
		return l.unknown("refused", "by an error that does not tell why")
	case reply != "+OK":
		return l.failed(ctx, errMalformed)
	}
	if reply, err = tellRedis(conn, in, "PING"); err != nil {
		return l.failed(ctx, err)
	}
	if reply != "+PONG" && !strings.HasPrefix(reply, "-NOPERM") {
		return l.unknown("no evidence", "answers, but not as Redis does")
	}
	out := l.live("accepted the password")
	if who, err := tellRedis(conn, in, "ACL", "WHOAMI"); err == nil && strings.HasPrefix(who, "$") {
		out.verdict.Account = l.account(who[1:])
	}
	return out
}

// tellRedis sends a command and returns the reply: a line with its sign, or
// "$" and a text.
func tellRedis(w io.Writer, in *bufio.Reader, words ...string) (string, error) {
	command := "*" + strconv.Itoa(len(words)) + "\r\n"
	for _, word := range words {
		command += "$" + strconv.Itoa(len(word)) + "\r\n" + word + "\r\n"
	}
	if _, err := io.WriteString(w, command); err != nil {
		return "", err
	}
	reply, err := readLine(in)
	if err != nil || !strings.HasPrefix(reply, "$") {
		return reply, err
	}
	n, err := strconv.Atoi(reply[1:])
	if err != nil || n < 0 || n > maxText {
		return "", errMalformed
	}
	text := make([]byte, n+2)
	if _, err := io.ReadFull(in, text); err != nil {
		return "", err
	}
	return "$" + string(text[:n]), nil
}

// readLine returns a line of up to maxText bytes, without its end.
func readLine(in *bufio.Reader) (string, error) {
	text, err := in.ReadSlice('\n')
	switch {
	case err == bufio.ErrBufferFull || len(text) > 2*maxText:
		return "", errTooLarge
	case err != nil:
		return "", err
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}
