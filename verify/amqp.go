package verify

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
)

// amqpSpeaker begins a connection (AMQP 0-9-1, section 2.2.4) until the broker
// says what it makes of the password, and leaves.
func amqpSpeaker() speaker {
	return speaker{
		issuer: "rabbitmq", verb: "LOGIN", login: true,
		knows: knowsScheme("amqp", "amqps"), needs: []string{"user", "password", "host"},
		aim: aimAtURI, ask: askAMQP, made: strangersLogin,
	}
}

// Methods of the class connection.
const (
	amqpStart   = 10<<16 | 10
	amqpStartOK = 10<<16 | 11
	amqpTune    = 10<<16 | 30
	amqpClose   = 10<<16 | 50
)

func askAMQP(ctx context.Context, l *line) outcome {
	secure := l.base.Scheme == "amqps"
	port := "5672"
	if secure {
		port = "5671"
	}
	conn, err := l.open(ctx, secure, port)
	if err != nil {
		return l.failed(ctx, err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "AMQP\x00\x00\x09\x01"); err != nil {
		return l.failed(ctx, err)
	}
	method, _, err := readMethod(conn)
	if err == nil && method != amqpStart {
		err = errMalformed
	}
	if err == nil {
		_, err = conn.Write(startOK(l.decoded("user"), l.decoded("password")))
	}
	if err != nil {
		return l.failed(ctx, err)
	}
	method, arguments, err := readMethod(conn)
	switch {
	case err != nil:
		return l.failed(ctx, err)
	case method == amqpTune:
		out := l.live("accepted the password")
		out.verdict.Account = l.account(l.decoded("user"))
		return out
	case method == amqpClose && len(arguments) >= 2 && binary.BigEndian.Uint16(arguments) == 403:
		return l.dead("403, access refused")
	}
	return l.unknown("refused", "by an error that does not tell why")
}

// startOK answers a broker's greeting by name and password, and asks it to say
// so if they are refused.
func startOK(user, password string) []byte {
	capability := append(short("authentication_failure_close"), 't', 1)
	properties := append(append(short("capabilities"), 'F'), long(string(capability))...)
	arguments := bytes.Join([][]byte{
		binary.BigEndian.AppendUint32(nil, amqpStartOK), long(string(properties)), short("PLAIN"), long("\x00" + user + "\x00" + password), short("en_US"),
	}, nil)
	frame := binary.BigEndian.AppendUint32([]byte{1, 0, 0}, uint32(len(arguments)))
	return append(append(frame, arguments...), 0xce)
}

func short(s string) []byte { return append([]byte{byte(len(s))}, s...) }
func long(s string) []byte  { return append(binary.BigEndian.AppendUint32(nil, uint32(len(s))), s...) }

// readMethod reads a frame that holds a method: its number and arguments.
func readMethod(in io.Reader) (int, []byte, error) {
	var head [7]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[3:])
	if head[0] != 1 || n < 4 {
		return 0, nil, errMalformed
	}
	if n > 64<<10 {
		return 0, nil, errTooLarge
	}
	body := make([]byte, n+1)
	if _, err := io.ReadFull(in, body); err != nil {
		return 0, nil, err
	}
	if body[n] != 0xce {
		return 0, nil, errMalformed
	}
	return int(binary.BigEndian.Uint32(body)), body[4:n], nil
}
