package kube

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"

	"gopkg.in/yaml.v3"
)

// maxConfig is how large a file of kubeconfig may be.
const maxConfig = 4 << 20

// A kubeconfig is the file that kubectl reads (kubernetes.io, "kubeconfig (v1)").
type kubeconfig struct {
	Current  string `yaml:"current-context"`
	Clusters []struct {
		Name    string
		Cluster clusterEntry
	}
	Contexts []struct {
		Name    string
		Context struct{ Cluster, User string }
	}
	Users []struct {
		Name string
		User user
	}
}

// A clusterEntry is a server and how it proves who it is.
type clusterEntry struct {
	Server     string
	CA         string `yaml:"certificate-authority"`
	CAData     string `yaml:"certificate-authority-data"`
	Insecure   bool   `yaml:"insecure-skip-tls-verify"`
	ServerName string `yaml:"tls-server-name"`
	Proxy      string `yaml:"proxy-url"`
}

// A user is how to log in.
type user struct {
	Token, Username, Password string

	TokenFile string `yaml:"tokenFile"`
	Cert      string `yaml:"client-certificate"`
	CertData  string `yaml:"client-certificate-data"`
	Key       string `yaml:"client-key"`
	KeyData   string `yaml:"client-key-data"`

	Exec *plugin
}

// A plugin is a command that prints a token or certificate.
type plugin struct {
	APIVersion string `yaml:"apiVersion"`
	Command    string
	Args       []string
	Env        []struct{ Name, Value string }
	Cluster    bool `yaml:"provideClusterInfo"`
}

// A cluster is what is asked, and as whom.
type cluster struct {
	context, name string
	base          *url.URL
	entry         clusterEntry
	user          user
}

// configure returns the cluster of a context; "" is the current one.
func configure(getenv func(string) string, context string) (*cluster, error) {
	var paths []string
	if list := getenv("KUBECONFIG"); list != "" {
		paths = filepath.SplitList(list)
	} else if home := getenv("HOME"); home != "" {
		paths = []string{filepath.Join(home, ".kube", "config")}
	}
	all, found, err := load(paths)
	if err != nil {
		return nil, err
	}
	if !found && context == "" && getenv("KUBERNETES_SERVICE_HOST") != "" {
		return inside(getenv)
	}
	if !found {
		return nil, errors.New("there is no kubeconfig: set KUBECONFIG")
	}
	if context == "" {
		context = all.Current
	}
	return all.pick(context)
}

// inside returns the cluster of the pod that this runs in.
func inside(getenv func(string) string) (*cluster, error) {
	const dir = "/var/run/secrets/kubernetes.io/serviceaccount/"
	host := net.JoinHostPort(getenv("KUBERNETES_SERVICE_HOST"), getenv("KUBERNETES_SERVICE_PORT_HTTPS"))
	return &cluster{
		base: &url.URL{Scheme: "https", Host: host}, name: host,
		entry: clusterEntry{CA: dir + "ca.crt"}, user: user{TokenFile: dir + "token"},
	}, nil
}

// load joins files as kubectl does: of what has the same name the first counts.
// Files that are not there are passed over.
func load(paths []string) (all kubeconfig, found bool, err error) {
	for _, path := range paths {
		var one kubeconfig
		data, err := small(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return all, false, err
		}
		// An error of the library can quote what it read.
		if yaml.Unmarshal(data, &one) != nil {
			return all, false, fmt.Errorf("%s is no kubeconfig: want YAML with clusters, contexts and users", path)
		}
		one.anchor(filepath.Dir(path))
		found = true
		if all.Current == "" {
			all.Current = one.Current
		}
		all.Clusters = append(all.Clusters, one.Clusters...)
		all.Contexts = append(all.Contexts, one.Contexts...)
		all.Users = append(all.Users, one.Users...)
	}
	return all, found, nil
}

func small(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if len(data) > maxConfig {
		return nil, fmt.Errorf("%s is larger than %d MiB", path, maxConfig>>20)
	}
	return data, err
}

// anchor has relative paths count from where the file lies.
func (c *kubeconfig) anchor(dir string) {
	abs := func(path *string) {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(dir, *path)
		}
	}
	for i := range c.Clusters {
		abs(&c.Clusters[i].Cluster.CA)
	}
	for i := range c.Users {
		u := &c.Users[i].User
		abs(&u.TokenFile)
		abs(&u.Cert)
		abs(&u.Key)
		if u.Exec != nil && filepath.Base(u.Exec.Command) != u.Exec.Command {
			abs(&u.Exec.Command)
		}
	}
}

// pick returns the cluster of a context.
func (c *kubeconfig) pick(context string) (*cluster, error) {
	for _, ctx := range c.Contexts {
		if ctx.Name != context {
			continue
		}
		k := &cluster{context: context, name: ctx.Context.Cluster}
		for _, one := range c.Clusters {
			if one.Name == ctx.Context.Cluster && k.base == nil {
				base, err := url.Parse(one.Cluster.Server)
				if err != nil || base.Host == "" || base.User != nil {
					return nil, fmt.Errorf("the cluster %q has no server: want https://HOST:6443", one.Name)
				}
				k.base, k.entry = base, one.Cluster
			}
		}
		for _, one := range c.Users {
			if one.Name == ctx.Context.User {
				k.user = one.User
				break
			}
		}
		if k.base == nil {
			return nil, fmt.Errorf("kubeconfig has no cluster %q, which the context %q names", ctx.Context.Cluster, context)
		}
		return k, nil
	}
	return nil, fmt.Errorf("kubeconfig has no context %q", context)
}
