package verify

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// FuzzPeers gives what the readers of protocols read. They don't panic, and
// hold no more than they were given.
func FuzzPeers(f *testing.F) {
	f.Add([]byte("\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x31\x04\x00\x04\x00"))
	f.Add([]byte("\x30\x84\x00\x00\x00\x10\x02\x01\x01\x61\x84\x00\x00\x00\x07\x0a\x01\x00\x04\x00\x04\x00"))
	f.Add([]byte("\x01\x00\x00\x00\x00\x00\x04\x00\x0a\x00\x1e\xce"))
	f.Add([]byte("INFO {\"auth_required\":true}\r\n"))
	f.Add([]byte("$4\r\nuser\r\n"))
	f.Add(binary.LittleEndian.AppendUint32([]byte("\x25\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00"), opMsg))
	f.Add(bsonDoc([]byte("\x10code\x00\x12\x00\x00\x00\x05payload\x00\x01\x00\x00\x00\x00x")))
	f.Fuzz(func(t *testing.T, text []byte) {
		in := func() *bufio.Reader { return bufio.NewReader(bytes.NewReader(text)) }
		if _, message, err := readBound(in()); err == nil && len(message) > len(text) {
			t.Error("LDAP: more than was sent")
		}
		if _, arguments, err := readMethod(in()); err == nil && len(arguments) > len(text) {
			t.Error("AMQP: more than was sent")
		}
		readInfo(in())
		tellRedis(new(bytes.Buffer), in(), "PING")
		readMongo(in())
		if r, err := parseMongo(text); err == nil && len(r.payload) > len(text) {
			t.Error("MongoDB: more than was sent")
		}
		scram("x", "n=a,r=b", string(text), "b")
		for name := range challengeOf(string(text)) {
			if strings.ContainsAny(name, "\"") {
				t.Error("a challenge's name has quotes")
			}
		}
	})
}

// TestBER wants what ber writes to be read back.
func TestBER(t *testing.T) {
	for _, n := range []int{0, 1, 127, 128, 255, 256, 4000} {
		text := strings.Repeat("x", n)
		got, rest, ok := berNext(append(ber(berText, []byte(text)), 7), berText)
		if !ok || string(got) != text || len(rest) != 1 {
			t.Errorf("%d bytes come back as %d, %t", n, len(got), ok)
		}
	}
}

// TestSCRAM holds scram to the exchange in RFC 7677, section 3.
func TestSCRAM(t *testing.T) {
	proof, expect, ok := scram("pen"+"cil", "n=user,r=rOprNGfwEbeRWgbNEkqO",
		"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s="+base64.StdEncoding.EncodeToString([]byte("\x5b\x6d\x99\x68\x9d\x12\x35\x8e\xec\xa0\x4b\x14\x12\x36\xfa\x81"))+",i=4096", "rOprNGfwEbeRWgbNEkqO")
	if !ok || !strings.HasSuffix(proof, ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=") || expect != "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" {
		t.Errorf("proof %q, expect %q", proof, expect)
	}
	for _, server := range []string{"", "r=b,s=AA==,i=4096", "r=bc,s=AA==,i=1", "r=bc,s=AA==,i=999999999", "r=c,s=AA==,i=4096", "r=bc,s=!,i=4096"} {
		if _, _, ok := scram("x", "n=a,r=b", server, "b"); ok {
			t.Errorf("%q is answered", server)
		}
	}
}

// TestReservedHosts wants nobody asked at hosts that nobody can mean.
func TestReservedHosts(t *testing.T) {
	for host, want := range map[string]bool{
		"db.acme.io": true, "db.acme.io:5432": true, "10.0.0.5:6379": true, "[::1]:5432": true, "a.acme.io:1,b.acme.io:2": true, "db": true,
		"": false, "db.example.com": false, "db.test": false, "db.acme.io:99999": false, "db acme": false, "evil@db.acme.io": false, "-x.acme.io": false, "..": false,
	} {
		f := findingAt(host)
		u, why := aimAtURI(nil, &f)
		if (u != nil) != want {
			t.Errorf("%q: %v (%s), want %t", host, u, why, want)
		}
	}
}

func findingAt(host string) sprawl.Finding {
	return sprawl.Finding{Parts: []sprawl.Part{
		{Name: "scheme", Public: true, Value: sprawl.NewSecret([]byte("postgres"), 0)},
		{Name: "host", Public: true, Value: sprawl.NewSecret([]byte(host), 0)},
	}}
}
