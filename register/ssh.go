package register

import "crypto/ed25519"

// ssh25519 returns key as the other parsers would: the ssh package hands out
// Ed25519 keys by pointer.
func ssh25519(key any) any {
	if p, ok := key.(*ed25519.PrivateKey); ok {
		return *p
	}
	return key
}
