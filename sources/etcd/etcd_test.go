package etcd_test

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/server/v3/embed"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/etcd"
	"github.com/seed-5dd601fe/sprawl/sources/sourcetest"
)

// free returns an address that nobody listens on. etcd has to be told its own,
// since its JSON API asks itself there.
func free(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start starts etcd itself, alone and empty.
func start(t testing.TB) *embed.Etcd {
	t.Helper()
	here := func() []url.URL { return []url.URL{{Scheme: "http", Host: free(t)}} }
	peers, clients := here(), here()
	c := embed.NewConfig()
	c.Dir, c.LogLevel, c.LogOutputs, c.UnsafeNoFsync = t.TempDir(), "panic", []string{"/dev/null"}, true
	c.ListenClientUrls, c.AdvertiseClientUrls, c.ListenPeerUrls, c.AdvertisePeerUrls = clients, clients, peers, peers
	c.InitialCluster = c.InitialClusterFromName(c.Name)
	c.TickMs, c.ElectionMs = 10, 100
	e, err := embed.StartEtcd(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	<-e.Server.ReadyNotify()
	return e
}

func put(t testing.TB, e *embed.Etcd, key string, values ...string) {
	t.Helper()
	for _, value := range values {
		if _, err := e.Server.Put(t.Context(), &pb.PutRequest{Key: []byte(key), Value: []byte(value)}); err != nil {
			t.Fatal(err)
		}
	}
}

// empty deletes every key.
func empty(t testing.TB, e *embed.Etcd) {
	t.Helper()
	if _, err := e.Server.DeleteRange(t.Context(), &pb.DeleteRangeRequest{Key: []byte{0}, RangeEnd: []byte{0}}); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, e *embed.Etcd, target string, more ...string) *etcd.Etcd {
	t.Helper()
	env := map[string]string{"ETCDCTL_ENDPOINTS": e.Clients[0].Addr().String()}
	for i := 0; i < len(more); i += 2 {
		env[more[i]] = more[i+1]
	}
	s, err := etcd.Open(t.Context(), sprawl.Target(target), etcd.Options{Getenv: func(name string) string { return env[name] }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSource(t *testing.T) {
	e := start(t)
	sourcetest.Suite{Max: 512 << 10, Open: func(t *testing.T, files map[string][]byte) sprawl.Source {
		empty(t, e)
		for name, data := range files {
			if strings.Contains(string(data), "\n") {
				put(t, e, name, string(data))
			} else {
				delete(files, name) // shown under its name, which TestKeys looks at
			}
		}
		return open(t, e, "etcd://")
	}}.Run(t)
}

func read(t *testing.T, s *etcd.Etcd) (byPath map[string]sourcetest.Object, texts map[string]string, gaps []sprawl.Gap) {
	t.Helper()
	objects, gaps, _, err := sourcetest.Collect(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	byPath, texts = map[string]sourcetest.Object{}, map[string]string{}
	for _, o := range objects {
		byPath[o.At.Path], texts[o.At.Path] = o, string(o.Data)
	}
	return byPath, texts, gaps
}

func fill(t *testing.T, e *embed.Etcd) {
	put(t, e, "config/prod/db/password", "first", "second", "third")
	put(t, e, "config/staging/app.yaml", "db:\n  password: x\n")
	put(t, e, "/registry/a/b", "r")
	put(t, e, "top", "t")
}

func TestKeys(t *testing.T) {
	e := start(t)
	fill(t, e)
	s := open(t, e, "etcd://")
	got, texts, gaps := read(t, s)
	want := map[string]string{
		"config/prod/db/password": "password=third\n", "config/prod/db/password@3": "password=second\n", "config/prod/db/password@2": "password=first\n",
		"config/staging/app.yaml": "db:\n  password: x\n", "/registry/a/b": "b=r\n", "top": "top=t\n",
	}
	if diff := cmp.Diff(want, texts); diff != "" || len(gaps) > 0 {
		t.Errorf("gaps %v (-want +got):\n%s", gaps, diff)
	}
	if says := got["config/prod/db/password@2"].At.Says; says["version"] != "1" || says["current"] != "false" || says["custody"] != "plaintext-config" {
		t.Errorf("said of an earlier value: %v", says)
	}
	for path, o := range got {
		var again string
		err := s.Reread(t.Context(), &o.At, func(data []byte) error { again = string(data); return nil })
		if err != nil || again != texts[path] {
			t.Errorf("%s: %q, %v; want %q", path, again, err, texts[path])
		}
	}
	if _, err := e.Server.Compact(t.Context(), &pb.CompactionRequest{Revision: 3}); err != nil {
		t.Fatal(err)
	}
	old := got["config/prod/db/password@2"].At
	if err := s.Reread(t.Context(), &old, nil); !errors.Is(err, sprawl.ErrGone) {
		t.Errorf("after it was compacted: %v", err)
	}
	if _, texts, gaps := read(t, s); len(texts) != len(want)-1 || len(gaps) > 0 {
		t.Errorf("after a compaction: %v, gaps %v", texts, gaps)
	}
	empty(t, e)
	top := got["top"].At
	if err := s.Reread(t.Context(), &top, nil); !errors.Is(err, sprawl.ErrGone) {
		t.Errorf("after it was deleted: %v", err)
	}
}

func TestPrefixesAndPages(t *testing.T) {
	e := start(t)
	fill(t, e)
	for i := range 1200 {
		put(t, e, fmt.Sprintf("many/%04d", i), "v")
	}
	for i := range 1100 {
		put(t, e, fmt.Sprintf("flat-%04d", i), "v")
	}
	for target, want := range map[string]int{
		"etcd://config/prod": 3, "etcd://many/": 1200, "etcd://flat": 1100, "etcd:///registry": 1, "etcd://nothing": 0, "etcd://": 6 + 2300,
		"etcd://" + e.Clients[0].Addr().String() + "/top": 1,
	} {
		if _, texts, gaps := read(t, open(t, e, target)); len(texts) != want || len(gaps) > 0 {
			t.Errorf("%s: %d shown, want %d; gaps %v", target, len(texts), want, gaps)
		}
	}
}

// TestLogins has logins wanted: a user who may read one prefix reads that, and
// is told what else is needed.
func TestLogins(t *testing.T) {
	e, ctx := start(t), t.Context()
	fill(t, e)
	secret := "for-" + "tests"
	steps := []func() error{
		func() error { _, err := e.Server.RoleAdd(ctx, &pb.AuthRoleAddRequest{Name: "root"}); return err },
		func() error {
			_, err := e.Server.UserAdd(ctx, &pb.AuthUserAddRequest{Name: "root", Password: secret, Options: noOptions()})
			return err
		},
		func() error {
			_, err := e.Server.UserGrantRole(ctx, &pb.AuthUserGrantRoleRequest{User: "root", Role: "root"})
			return err
		},
		func() error { _, err := e.Server.RoleAdd(ctx, &pb.AuthRoleAddRequest{Name: "reader"}); return err },
		func() error { return grant(ctx, e) },
		func() error {
			_, err := e.Server.UserAdd(ctx, &pb.AuthUserAddRequest{Name: "me", Password: secret, Options: noOptions()})
			return err
		},
		func() error {
			_, err := e.Server.UserGrantRole(ctx, &pb.AuthUserGrantRoleRequest{User: "me", Role: "reader"})
			return err
		},
		func() error { _, err := e.Server.AuthEnable(ctx, &pb.AuthEnableRequest{}); return err },
	}
	for i, step := range steps {
		if err := step(); err != nil {
			t.Fatal(i, err)
		}
	}
	_, texts, gaps := read(t, open(t, e, "etcd://config/", "ETCDCTL_USER", "me:"+secret))
	if paths := slices.Sorted(maps.Keys(texts)); len(paths) != 4 || len(gaps) > 0 {
		t.Errorf("shown %v, gaps %v", paths, gaps)
	}
	for name, user := range map[string]string{"too little": "me:" + secret, "nobody": "", "a wrong password": "me:wrong"} {
		_, err := sourcetest.Units(ctx, open(t, e, "etcd://", "ETCDCTL_USER", user))
		if err == nil || name != "a wrong password" && !strings.Contains(err.Error(), "needs a role") || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWrongTargets(t *testing.T) {
	for _, target := range []sprawl.Target{"etcd:kv", "etcd://kv", "etcd://u:p@e.acme.test/kv"} {
		_, err := etcd.Open(t.Context(), target, etcd.Options{Getenv: func(string) string { return "" }})
		if !errors.Is(err, etcd.ErrRequest) {
			t.Errorf("%s: %v", target, err)
		}
	}
}
