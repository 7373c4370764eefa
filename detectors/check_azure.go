package detectors

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"math/big"
	"math/bits"
)

// The checks of Microsoft's keys, as its security-utilities library documents
// and computes them.

// marvin32 returns the 64-bit Marvin hash of data, folded to 32 bits.
func marvin32(data []byte, seed uint64) uint32 {
	p0, p1 := uint32(seed), uint32(seed>>32)
	for ; len(data) >= 4; data = data[4:] {
		p0, p1 = marvinMix(p0+binary.LittleEndian.Uint32(data), p1)
	}
	last := uint32(0x80) << (8 * len(data))
	for i, b := range data {
		last |= uint32(b) << (8 * i)
	}
	p0, p1 = marvinMix(p0+last, p1)
	p0, p1 = marvinMix(p0, p1)
	return p0 ^ p1
}

func marvinMix(p0, p1 uint32) (uint32, uint32) {
	p1 ^= p0
	p0 = bits.RotateLeft32(p0, 20) + p1
	p1 = bits.RotateLeft32(p1, 9) ^ p0
	p0 = bits.RotateLeft32(p0, 27) + p1
	return p0, bits.RotateLeft32(p1, 19)
}

// azureSeeds lists the labels with which the keys of a signature are hashed.
func azureSeeds(signature string) []string {
	switch signature {
	case "+ASt":
		return []string{"Default0"}
	case "ACDb":
		return []string{"MastRW00", "MastRO00"}
	case "+ABa":
		return []string{"AbAcct00"}
	case "+ASb", "+AEh", "+ARm":
		return []string{"Send0000", "Listen00", "Manage00"}
	case "AzFu":
		return []string{"Functi00", "Master00", "System00"}
	case "AzSe":
		return []string{"PAdmin00", "Query000"}
	case "AzCa":
		return []string{"Access00"}
	case "+ACR":
		return []string{"ACRDflt0"}
	case "AIoT":
		return []string{"IoTHub00", "DpsKey00", "Device00"}
	case "APIM":
		return []string{"Tenant00", "IoTHub00", "Gatewy00", "GitKey00"}
	case "+AMC":
		return []string{"Classic0"}
	}
	return nil
}

func labelSeed(label string) uint64 { return binary.BigEndian.Uint64([]byte(label)) }

// azureSignature returns the four characters that stand before the last six
// significant ones of an identifiable key.
func azureSignature(value []byte) string {
	n := len(bytes.TrimRight(value, "="))
	if n < 10 || len(value)-n > 2 {
		return ""
	}
	return string(value[n-10 : n-6])
}

// azureKeyOK reports whether the last four bytes of an identifiable key are
// the hash of those before. The cache service changes letters after it has
// hashed, so its signature has to be enough.
func azureKeyOK(value []byte) bool {
	signature := azureSignature(value)
	if signature == "AzCa" {
		return true
	}
	key, ok := decodeBase64(value)
	if !ok || len(key) < 5 {
		return false
	}
	sum := binary.LittleEndian.Uint32(key[len(key)-4:])
	for _, label := range azureSeeds(signature) {
		if marvin32(key[:len(key)-4], labelSeed(label)) == sum {
			return true
		}
	}
	return false
}

// azureKeyDigits completes a key that ends with its signature.
func azureKeyDigits(value []byte) []byte {
	size := map[int]int{37: 32, 46: 39, 48: 40, 80: 64}[len(value)]
	if size == 0 {
		return nil
	}
	labels := azureSeeds(string(value[len(value)-4:]))
	padded := append(bytes.Clone(value), "AAAA"[len(value)%4:]...)
	key, ok := decodeBase64(padded)
	if !ok || len(labels) == 0 {
		return nil
	}
	for len(key) < size {
		key = append(key, 0)
	}
	key = key[:size]
	binary.LittleEndian.PutUint32(key[size-4:], marvin32(key[:size-4], labelSeed(labels[0])))
	return []byte(base64.StdEncoding.EncodeToString(key))[len(value):]
}

// decodeBase64 decodes base64 of either alphabet, padded or not.
func decodeBase64(value []byte) ([]byte, bool) {
	text := bytes.TrimRight(value, "=")
	std := make([]byte, len(text))
	for i, c := range text {
		switch c {
		case '-':
			c = '+'
		case '_':
			c = '/'
		}
		std[i] = c
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(std)))
	n, err := base64.RawStdEncoding.Decode(out, std)
	return out[:n], err == nil
}

// azureAnnotatedOK looks at the digits of a common annotated key of 84 or 88
// characters: after the first 80, four or six base62 digits of their hash, or
// the hash's first bytes in base64.
func azureAnnotatedOK(value []byte) bool {
	if len(value) != 84 && len(value) != 88 {
		return false
	}
	got := value[80:84]
	return bytes.Equal(got, azureAnnotatedDigits(value[:80])) || bytes.Equal(got, annotatedBase64(value[:80]))
}

func azureAnnotatedDigits(value []byte) []byte {
	sum, ok := annotatedSum(value)
	if !ok {
		return nil
	}
	n := new(big.Int).SetBytes(sum)
	digits := make([]byte, 0, 6)
	for base, rest := big.NewInt(62), new(big.Int); n.Sign() > 0; {
		n.DivMod(n, base, rest)
		digits = append([]byte{base62[rest.Int64()]}, digits...)
	}
	for len(digits) < 6 {
		digits = append(digits, '0')
	}
	return digits[:4]
}

func annotatedBase64(value []byte) []byte {
	sum, ok := annotatedSum(value)
	if !ok {
		return nil
	}
	return []byte(base64.StdEncoding.EncodeToString(sum[:3]))
}

func annotatedSum(value []byte) ([]byte, bool) {
	key, ok := decodeBase64(value)
	if !ok || len(key) != 60 {
		return nil, false
	}
	return binary.LittleEndian.AppendUint32(nil, marvin32(key, labelSeed("Default0"))), true
}

// entraOK looks at the last three characters of an Entra application secret of
// 40; the older form of 37 has no digits.
func entraOK(value []byte) bool {
	return len(value) == 37 || len(value) == 40 && endsIn(value, 3, entraDigits)
}

func entraDigits(value []byte) []byte {
	if len(value) != 37 {
		return nil
	}
	const digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~"
	return number(uint64(marvin32(value, labelSeed("AadPwd00"))), digits, 6)[:3]
}

// azureDevOpsOK proves an Azure DevOps token of the older form, which has no
// other mark: 52 characters of base32 with the CRC-32 of some of their bytes
// in others.
func azureDevOpsOK(value []byte) bool {
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(string(bytes.ToUpper(value)))
	if err != nil || len(b) != 32 {
		return false
	}
	sum := azureDevOpsSum(b)
	got := uint32(b[22]) | uint32(b[8])<<8 | uint32(b[7])<<16 | uint32(b[2])<<24
	return got == sum^azureDevOpsUser || got == sum^azureDevOpsApp
}

const (
	azureDevOpsUser = 0xE0B9692D
	azureDevOpsApp  = 0x1019F92E
)

func azureDevOpsSum(b []byte) uint32 {
	sum := crc32.ChecksumIEEE(b[0:2])
	for _, part := range [][]byte{b[3:7], b[9:22], b[23:32]} {
		sum = crc32.Update(sum, crc32.IEEETable, part)
	}
	return sum
}
