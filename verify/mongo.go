package verify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"io"
	"net"
	"strconv"
	"strings"
)

// mongoSpeaker authenticates by SCRAM-SHA-256 (MongoDB, "Authentication
// Specification"; RFC 5802, RFC 7677), so that the password itself is never
// sent, and leaves. The driver is not used for it: it keeps pools and monitors
// of whole clusters, and costs start-up.
func mongoSpeaker() speaker {
	return speaker{
		issuer: "mongodb-server", verb: "LOGIN", login: true,
		knows: knowsScheme("mongodb"), needs: []string{"user", "password", "host"},
		aim: aimAtURI, ask: askMongo, made: strangersLogin,
	}
}

func askMongo(ctx context.Context, l *line) outcome {
	user := l.decoded("user")
	if !printable(user + l.decoded("password")) {
		return l.unknown("not asked", "by names that have to be prepared first (RFC 4013)")
	}
	// Whoever is in the middle could guess at the password afterwards.
	conn, err := l.open(ctx, !l.named(), "27017")
	if err != nil {
		return l.failed(ctx, err)
	}
	defer conn.Close()
	nonce := rand.Text()
	bare := "n=" + strings.NewReplacer("=", "=3D", ",", "=2C").Replace(user) + ",r=" + nonce
	first, err := tellMongo(conn, "saslStart", "n,,"+bare, 0)
	if err != nil || !first.ok {
		return l.refusedMongo(ctx, first, err)
	}
	proof, expect, ok := scram(l.decoded("password"), bare, string(first.payload), nonce)
	if !ok {
		return l.failed(ctx, errMalformed)
	}
	last, err := tellMongo(conn, "saslContinue", proof, first.conversation)
	if err != nil || !last.ok {
		return l.refusedMongo(ctx, last, err)
	}
	if !hmac.Equal(last.payload, []byte(expect)) {
		return l.unknown("no evidence", "could not show that it knows the password too")
	}
	out := l.live("accepted the password, and showed that it knows it")
	out.verdict.Account = l.account(user)
	return out
}

// refusedMongo reads the code of an error (MongoDB, "Error Codes").
func (l *line) refusedMongo(ctx context.Context, r mongoReply, err error) outcome {
	switch {
	case err != nil:
		return l.failed(ctx, err)
	case r.code == 18:
		return l.dead("18, AuthenticationFailed")
	case r.code == 8000:
		return l.dead("8000, AtlasError: bad auth")
	}
	return l.unknown("refused", "by an error that does not tell why")
}

// maxRounds bounds the work that a server may ask for.
const maxRounds = 200_000

// scram answers a server's first message: the proof to send, and what a server
// that knows the password says to it.
func scram(password, bare, server, nonce string) (proof, expect string, ok bool) {
	fields := map[byte]string{}
	for field := range strings.SplitSeq(server, ",") {
		if len(field) > 2 && field[1] == '=' {
			fields[field[0]] = field[2:]
		}
	}
	salt, err := base64.StdEncoding.DecodeString(fields['s'])
	rounds, err2 := strconv.Atoi(fields['i'])
	if err != nil || err2 != nil || rounds < 4096 || rounds > maxRounds || !strings.HasPrefix(fields['r'], nonce) || len(fields['r']) == len(nonce) {
		return "", "", false
	}
	salted, err := pbkdf2.Key(sha256.New, password, salt, rounds, sha256.Size)
	if err != nil {
		return "", "", false
	}
	without := "c=biws,r=" + fields['r']
	auth := bare + "," + server + "," + without
	key := hmacSHA256(salted, "Client Key")
	stored := sha256.Sum256(key)
	signature := hmacSHA256(stored[:], auth)
	for i := range key {
		key[i] ^= signature[i]
	}
	verifier := hmacSHA256(hmacSHA256(salted, "Server Key"), auth)
	return without + ",p=" + base64.StdEncoding.EncodeToString(key), "v=" + base64.StdEncoding.EncodeToString(verifier), true
}

// A mongoReply is what a server says to a step of a conversation.
type mongoReply struct {
	ok           bool
	code         int
	conversation int32
	payload      []byte
}

// opMsg is the one kind of message that servers since 3.6 want.
const opMsg = 2013

// tellMongo sends a step of a conversation as an OP_MSG (MongoDB, "Wire
// Protocol"), and reads the reply.
func tellMongo(conn net.Conn, command, payload string, conversation int32) (mongoReply, error) {
	var doc bytes.Buffer
	bsonInt(&doc, command, 1)
	if command == "saslStart" {
		bsonText(&doc, "mechanism", "SCRAM-SHA-256")
	} else {
		bsonInt(&doc, "conversationId", conversation)
	}
	bsonBytes(&doc, "payload", payload)
	if command == "saslStart" {
		var options bytes.Buffer
		options.WriteString("\x08skipEmptyExchange\x00\x01")
		doc.WriteString("\x03options\x00")
		doc.Write(bsonDoc(options.Bytes()))
	}
	bsonText(&doc, "$db", "admin")
	body := append([]byte{0, 0, 0, 0, 0}, bsonDoc(doc.Bytes())...) // no flags; a section of kind 0
	var m []byte
	for _, n := range []uint32{uint32(16 + len(body)), 1, 0, opMsg} {
		m = binary.LittleEndian.AppendUint32(m, n)
	}
	if _, err := conn.Write(append(m, body...)); err != nil {
		return mongoReply{}, err
	}
	return readMongo(conn)
}

func readMongo(in io.Reader) (mongoReply, error) {
	var head [16]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return mongoReply{}, err
	}
	n := binary.LittleEndian.Uint32(head[:])
	if binary.LittleEndian.Uint32(head[12:]) != opMsg || n < 16+5+5 {
		return mongoReply{}, errMalformed
	}
	if n > 64<<10 {
		return mongoReply{}, errTooLarge
	}
	body := make([]byte, n-16)
	if _, err := io.ReadFull(in, body); err != nil {
		return mongoReply{}, err
	}
	if body[4] != 0 {
		return mongoReply{}, errMalformed
	}
	return parseMongo(body[5:])
}

func bsonDoc(elements []byte) []byte {
	doc := binary.LittleEndian.AppendUint32(nil, uint32(len(elements)+5))
	return append(append(doc, elements...), 0)
}

func bsonInt(b *bytes.Buffer, name string, n int32) {
	b.WriteString("\x10" + name + "\x00")
	binary.Write(b, binary.LittleEndian, n)
}

func bsonText(b *bytes.Buffer, name, text string) {
	b.WriteString("\x02" + name + "\x00")
	binary.Write(b, binary.LittleEndian, int32(len(text)+1))
	b.WriteString(text + "\x00")
}

func bsonBytes(b *bytes.Buffer, name, text string) {
	b.WriteString("\x05" + name + "\x00")
	binary.Write(b, binary.LittleEndian, int32(len(text)))
	b.WriteString("\x00" + text)
}
