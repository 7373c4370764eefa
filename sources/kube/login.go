package kube

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"
)

// pluginTime is how long a command may take to print a token.
const pluginTime = time.Minute

// login returns the header that logs in, and the transport that knows the
// server. transport is used as it is if there is one.
func (k *cluster) login(ctx context.Context, transport http.RoundTripper) (http.Header, http.RoundTripper, error) {
	u := k.user
	if u.Exec != nil {
		if err := u.run(ctx); err != nil {
			return nil, nil, fmt.Errorf("the command %q of kubeconfig: %w", u.Exec.Command, err)
		}
	}
	if u.TokenFile != "" {
		data, err := small(u.TokenFile)
		if err != nil {
			return nil, nil, err
		}
		u.Token = strings.TrimSpace(string(data))
	}
	header := http.Header{"Accept": {"application/json"}}
	switch {
	case strings.ContainsAny(u.Token, "\r\n"):
		return nil, nil, errors.New("the token has more than one line")
	case u.Token != "":
		header["Authorization"] = []string{"Bearer " + u.Token}
	case u.Username != "":
		header["Authorization"] = []string{"Basic " + base64.StdEncoding.EncodeToString([]byte(u.Username+":"+u.Password))}
	}
	if transport != nil {
		return header, transport, nil
	}
	config, err := k.tls(&u)
	if err != nil {
		return nil, nil, err
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy, t.TLSClientConfig, t.ResponseHeaderTimeout = nil, config, time.Minute
	if k.entry.Proxy != "" {
		proxy, err := url.Parse(k.entry.Proxy)
		if err != nil {
			return nil, nil, errors.New("proxy-url is no URL")
		}
		t.Proxy = http.ProxyURL(proxy)
	}
	return header, t, nil
}

func (k *cluster) tls(u *user) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: k.entry.ServerName, InsecureSkipVerify: k.entry.Insecure}
	ca, err := given(k.entry.CA, k.entry.CAData)
	if err != nil {
		return nil, fmt.Errorf("certificate-authority: %w", err)
	}
	if len(ca) > 0 {
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(ca) {
			return nil, errors.New("certificate-authority holds no certificate")
		}
	}
	cert, err := given(u.Cert, u.CertData)
	if err != nil {
		return nil, fmt.Errorf("client-certificate: %w", err)
	}
	key, err := given(u.Key, u.KeyData)
	if err != nil {
		return nil, fmt.Errorf("client-key: %w", err)
	}
	if len(cert) > 0 {
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			return nil, errors.New("client-certificate and client-key are no pair")
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// given returns what is written in base64, or else in a file.
func given(path, data string) ([]byte, error) {
	if data != "" {
		raw, err := base64.StdEncoding.DecodeString(data)
		if err != nil {
			return nil, errors.New("is not base64")
		}
		return raw, nil
	}
	if path == "" {
		return nil, nil
	}
	return small(path)
}

// run has a command print how to log in (kubernetes.io, "client-go credential
// plugins").
func (u *user) run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pluginTime)
	defer cancel()
	version := u.Exec.APIVersion
	if version == "" {
		version = "client.authentication.k8s.io/v1"
	}
	if u.Exec.Cluster {
		return errors.New("wants to be told of the cluster, which is not supported: put a token into kubeconfig")
	}
	info, err := json.Marshal(map[string]any{"apiVersion": version, "kind": "ExecCredential", "spec": map[string]bool{"interactive": false}})
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, u.Exec.Command, u.Exec.Args...)
	cmd.Env = append(os.Environ(), "KUBERNETES_EXEC_INFO="+string(info))
	for _, e := range u.Exec.Env {
		cmd.Env = append(cmd.Env, e.Name+"="+e.Value)
	}
	out := &bounded{}
	cmd.Stdout = out
	if err := cmd.Run(); err != nil {
		return err
	}
	var answer struct {
		Status struct {
			Token string
			Cert  string `json:"clientCertificateData"`
			Key   string `json:"clientKeyData"`
		}
	}
	if json.Unmarshal(out.Bytes(), &answer) != nil || answer.Status.Token == "" && answer.Status.Cert == "" {
		return errors.New("printed no ExecCredential with a token or certificate")
	}
	u.Token = answer.Status.Token
	if answer.Status.Cert != "" {
		u.CertData = base64.StdEncoding.EncodeToString([]byte(answer.Status.Cert))
		u.KeyData = base64.StdEncoding.EncodeToString([]byte(answer.Status.Key))
	}
	return nil
}

// bounded keeps what a command prints, as long as it is short.
type bounded struct{ bytes.Buffer }

// Write fails where a command prints too much.
func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxConfig {
		return 0, errors.New("printed too much")
	}
	return b.Buffer.Write(p)
}
