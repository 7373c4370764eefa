package verify_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/crypto/pbkdf2"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/verify"
)

// fakeMongo speaks the wire protocol and SCRAM as a server does, by the
// driver's own BSON. There is no MongoDB in Debian; this is no real one. With
// knowing false it accepts anybody, as one that does not know the password.
func fakeMongo(t *testing.T, user, password string, knowing bool) string {
	salt := []byte(rand.Text())
	salted := pbkdf2.Key([]byte(password), salt, 15000, 32, sha256.New)
	sum := func(key []byte, text string) []byte {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(text))
		return m.Sum(nil)
	}
	return peer(t, func(conn net.Conn) {
		var first, server string
		for {
			var head [16]byte
			if _, err := io.ReadFull(conn, head[:]); err != nil {
				return
			}
			body := make([]byte, binary.LittleEndian.Uint32(head[:])-16)
			if _, err := io.ReadFull(conn, body); err != nil {
				return
			}
			var ask struct {
				Start     int    `bson:"saslStart"`
				Mechanism string `bson:"mechanism"`
				Payload   []byte `bson:"payload"`
				DB        string `bson:"$db"`
			}
			if err := bson.Unmarshal(body[5:], &ask); err != nil || ask.DB != "admin" {
				t.Errorf("the message can't be read: %v", err)
				return
			}
			reply := bson.D{{Key: "ok", Value: 0.0}, {Key: "errmsg", Value: "Authentication failed."}, {Key: "code", Value: 18}, {Key: "codeName", Value: "AuthenticationFailed"}}
			if ask.Start == 1 && ask.Mechanism == "SCRAM-SHA-256" {
				first = strings.TrimPrefix(string(ask.Payload), "n,,")
				_, nonce, _ := strings.Cut(first, ",r=")
				server = fmt.Sprintf("r=%s%s,s=%s,i=15000", nonce, rand.Text(), base64.StdEncoding.EncodeToString(salt))
				reply = bson.D{{Key: "conversationId", Value: 7}, {Key: "done", Value: false}, {Key: "payload", Value: []byte(server)}, {Key: "ok", Value: 1.0}}
				if knowing && !strings.HasPrefix(first, "n="+user+",") {
					reply = bson.D{{Key: "ok", Value: 0.0}, {Key: "code", Value: 18}}
				}
			} else {
				without, proof, _ := strings.Cut(string(ask.Payload), ",p=")
				auth := first + "," + server + "," + without
				key, _ := base64.StdEncoding.DecodeString(proof)
				stored := sha256.Sum256(sum(salted, "Client Key"))
				for i, b := range sum(stored[:], auth) {
					key[i] ^= b
				}
				if got := sha256.Sum256(key); got == stored || !knowing {
					v := base64.StdEncoding.EncodeToString(sum(sum(salted, "Server Key"), auth))
					reply = bson.D{{Key: "conversationId", Value: 7}, {Key: "done", Value: true}, {Key: "payload", Value: []byte("v=" + v)}, {Key: "ok", Value: 1.0}}
				}
			}
			doc, err := bson.Marshal(reply)
			if err != nil {
				t.Error(err)
				return
			}
			var m []byte
			for _, n := range []uint32{uint32(16 + 5 + len(doc)), 1, 1, 2013, 0} {
				m = binary.LittleEndian.AppendUint32(m, n)
			}
			conn.Write(append(append(m, 0), doc...))
		}
	})
}

func TestMongo(t *testing.T) {
	password := rand.Text()
	u := &url.URL{Scheme: "mongodb", User: url.UserPassword("app", password), Host: fakeMongo(t, "app", password, true), Path: "/orders"}
	if v := judge(t, logins(t, nil), login(u), sprawl.Live, "accepted the password"); v.Account != "app" {
		t.Errorf("account %q", v.Account)
	}
	judge(t, logins(t, nil), login(withPassword(u, "app", rand.Text())), sprawl.Dead, "18, AuthenticationFailed")
	trusting := withHost(u, fakeMongo(t, "app", rand.Text(), false))
	judge(t, logins(t, nil), login(trusting), sprawl.Unknown, "no evidence")
	var spy spy
	hurried := func(o *verify.Options) { spy.onto(u.Host)(o); o.Timeout = 300 * time.Millisecond }
	judge(t, logins(t, hurried), login(withHost(u, "db.acme.io:27017")), sprawl.Unknown, "db.acme.io")
	if strings.Contains(spy.sent.String(), "saslStart") {
		t.Error("authentication began without TLS")
	}
}
