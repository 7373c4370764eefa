package verify

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"io"
)

// mqttSpeaker connects (MQTT 3.1.1, sections 3.1 and 3.2), with a clean session
// and without a will, and leaves.
func mqttSpeaker() speaker {
	return speaker{
		issuer: "mqtt", verb: "CONNECT", login: true,
		knows: knowsScheme("mqtt", "mqtts"), needs: []string{"user", "password", "host"},
		aim: aimAtURI, ask: askMQTT, made: strangersLogin,
	}
}

func askMQTT(ctx context.Context, l *line) outcome {
	secure := l.base.Scheme == "mqtts"
	port := "1883"
	if secure {
		port = "8883"
	}
	conn, err := l.open(ctx, secure, port)
	if err != nil {
		return l.failed(ctx, err)
	}
	defer conn.Close()
	if _, err := conn.Write(mqttConnect(l.decoded("user"), l.decoded("password"))); err != nil {
		return l.failed(ctx, err)
	}
	var answer [4]byte
	if _, err := io.ReadFull(conn, answer[:]); err != nil {
		return l.failed(ctx, err)
	}
	if answer[0] != 0x20 || answer[1] != 2 || answer[2] > 1 {
		return l.failed(ctx, errMalformed)
	}
	conn.Write([]byte{0xe0, 0}) // disconnect
	switch answer[3] {
	case 0:
		out := l.live("accepted the password")
		out.verdict.Account = l.account(l.decoded("user"))
		return out
	case 4, 5:
		return l.dead("connection refused, bad user name or password")
	}
	return l.unknown("refused", "by a code that does not tell why")
}

// mqttConnect is the packet that begins a connection: clean session, user name
// and password, 30 s.
func mqttConnect(user, password string) []byte {
	body := append(text16("MQTT"), 4, 0xc2, 0, 30)
	for _, s := range []string{"sprawl" + rand.Text()[:12], user, password} {
		body = append(body, text16(s)...)
	}
	packet := []byte{0x10}
	for n := len(body); ; {
		b := byte(n & 0x7f)
		if n >>= 7; n > 0 {
			packet = append(packet, b|0x80)
			continue
		}
		return append(append(packet, b), body...)
	}
}

func text16(s string) []byte { return append(binary.BigEndian.AppendUint16(nil, uint16(len(s))), s...) }
