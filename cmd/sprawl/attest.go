package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-5dd601fe/sprawl/audit"
	"github.com/seed-5dd601fe/sprawl/register"
)

func newAttest(c console, code *int) *cobra.Command {
	b := &book{c: c, code: code}
	var output, signKey string
	cmd := &cobra.Command{
		Use:   "attest [ID…]",
		Short: "Write the proofs that credentials are dead into one file that an auditor can check",
		Long: `Attest writes the proofs of the register, or those of some credentials, into a
tar archive: what is known of each credential, every proof with what it rests
on, and a manifest with the hashes of both. No value is in it. One changed byte
and sprawl attest verify refuses it. With --sign-key it is signed (ed25519).`,
		Example: "  sprawl attest --register sprawl.db -o proofs.tar\n  openssl genpkey -algorithm ed25519 -out sign.pem\n  sprawl attest cr_1a2b3c -o proofs.tar --sign-key sign.pem\n  sprawl attest verify proofs.tar --public-key sign.pub",
		RunE: func(cmd *cobra.Command, args []string) error {
			if output == "" {
				return errors.New("say where to: -o FILE")
			}
			signer, err := privateKey(signKey)
			if err != nil {
				return err
			}
			return b.with(cmd.Context(), func(s *register.Store) error {
				return attest(cmd.Context(), c, s, args, output, signer, time.Now())
			})
		},
	}
	cmd.Flags().StringVar(&b.address, "register", "", "`FILE` or postgres://… (or SPRAWL_REGISTER)")
	cmd.Flags().StringVarP(&output, "output", "o", "", "the `FILE` to write")
	cmd.Flags().StringVar(&signKey, "sign-key", "", "`FILE` with an ed25519 private key (PKCS #8, PEM)")
	cmd.AddCommand(newAttestVerify(c, code))
	return cmd
}

// The files of an attestation.
const (
	attestedCredentials = "credentials.jsonl"
	attestedProofs      = "proofs.jsonl"
)

// An attested credential is what an auditor is told of it.
type attested struct {
	Type   string         `json:"type"` // "credential"
	ID     string         `json:"id"`
	Rule   string         `json:"rule"`
	Issuer string         `json:"issuer,omitempty"`
	Hint   string         `json:"hint"`
	State  register.State `json:"state"`
	First  time.Time      `json:"first_seen"`
	Places int            `json:"places"`
	Owner  string         `json:"owner,omitempty"`
}

func attest(ctx context.Context, c console, s *register.Store, ids []string, output string, signer ed25519.PrivateKey, now time.Time) error {
	entries := map[string]*register.Entry{}
	for i, id := range ids {
		e, err := s.Get(ctx, id)
		if err != nil {
			return err
		}
		ids[i], entries[e.ID] = e.ID, e
	}
	var proofs, credentials bytes.Buffer
	n := 0
	err := s.Proofs(ctx, func(e register.Evidence) error {
		if len(ids) > 0 && !slices.Contains(ids, e.Credential) {
			return writeJSON(&proofs, map[string]string{"id": e.ID, "prev": e.Prev}) // a link in the chain, and no more
		}
		if entries[e.Credential] == nil {
			entry, err := s.Get(ctx, e.Credential)
			if errors.Is(err, register.ErrUnknown) {
				entry, err = &register.Entry{ID: e.Credential}, nil // joined with another since
			}
			if err != nil {
				return err
			}
			entries[e.Credential] = entry
		}
		n++
		return writeJSON(&proofs, e)
	})
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(entries)) {
		e := entries[id]
		a := attested{"credential", e.ID, e.About.Rule, e.About.Issuer, e.About.Hint, e.State(now), e.First, e.Present(), ""}
		if o := e.Owner(); o != nil {
			a.Owner = o.Name
		}
		if err := writeJSON(&credentials, a); err != nil {
			return err
		}
	}
	b := audit.Bundle{Made: now, By: "sprawl " + version(), Files: []audit.File{
		{Name: attestedCredentials, Data: credentials.Bytes()}, {Name: attestedProofs, Data: proofs.Bytes()},
	}}
	var out bytes.Buffer
	if err := b.Write(&out, signer); err != nil {
		return err
	}
	if err := os.WriteFile(output, out.Bytes(), 0o600); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%d proofs of %d credentials are in %s.\n", n, len(entries), printable(output))
	return err
}

func newAttestVerify(c console, code *int) *cobra.Command {
	var publicKeyFile string
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check that not one byte of a file of proofs was changed",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			key, err := publicKey(publicKeyFile)
			if err != nil {
				return err
			}
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer f.Close()
			b, err := audit.ReadBundle(f, key)
			var all []register.Evidence
			if err == nil {
				all, err = proofsIn(b)
			}
			if err != nil {
				*code = exitFound
				_, err = fmt.Fprintf(c.out, "REFUSED: %s\n", printable(err.Error()))
				return err
			}
			return tellAttested(c, b, all, key != nil)
		},
	}
	cmd.Flags().StringVar(&publicKeyFile, "public-key", "", "`FILE` with the ed25519 public key that must have signed it (PEM)")
	return cmd
}

// proofsIn returns the proofs of a bundle, whose chain must be whole.
func proofsIn(b *audit.Bundle) (all []register.Evidence, err error) {
	if len(b.Files) != 2 || b.Files[1].Name != attestedProofs {
		return nil, errors.New("it is a bundle, but not one of proofs")
	}
	for line := range bytes.Lines(b.Files[1].Data) {
		var e register.Evidence
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, errors.New("a proof can't be read")
		}
		all = append(all, e)
	}
	return all, register.CheckProofs(all)
}

func tellAttested(c console, b *audit.Bundle, all []register.Evidence, trusted bool) error {
	n := 0
	for _, e := range all {
		if e.Claim == "" {
			continue
		}
		n++
		grade := e.Grade
		if grade == "" {
			grade = "-"
		}
		if _, err := fmt.Fprintf(c.out, "%s  %s  %s  grade %s  %s\n", e.At.Format(time.RFC3339), oneLine(e.Credential), oneLine(e.Claim), oneLine(grade), oneLine(e.ID)); err != nil {
			return err
		}
	}
	signed := "not signed: whoever can write it can make another"
	switch {
	case trusted:
		signed = "signed by the key that was given"
	case b.Key != nil:
		signed = "signed by " + base64.StdEncoding.EncodeToString(b.Key) + ", which nothing was compared with: give --public-key"
	}
	_, err := fmt.Fprintf(c.out, "whole: %d proofs, made %s by %s; %s\n", n, b.Made.Format(time.RFC3339), oneLine(b.By), signed)
	return err
}

// privateKey reads an ed25519 key, or returns nil where no file is named.
func privateKey(file string) (ed25519.PrivateKey, error) {
	block, err := pemIn(file, "--sign-key")
	if block == nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if signer, ok := key.(ed25519.PrivateKey); ok && err == nil {
		return signer, nil
	}
	return nil, fmt.Errorf("--sign-key %s: want an ed25519 private key: openssl genpkey -algorithm ed25519", file)
}

// publicKey reads an ed25519 key, or returns nil where no file is named.
func publicKey(file string) (ed25519.PublicKey, error) {
	block, err := pemIn(file, "--public-key")
	if block == nil {
		return nil, err
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if public, ok := key.(ed25519.PublicKey); ok && err == nil {
		return public, nil
	}
	return nil, fmt.Errorf("--public-key %s: want an ed25519 public key: openssl pkey -in KEY -pubout", file)
}

func pemIn(file, flag string) (*pem.Block, error) {
	if file == "" {
		return nil, nil
	}
	text, err := readBounded(file, 1<<16)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s %s: there is no PEM block in it", flag, file)
	}
	return block, nil
}
