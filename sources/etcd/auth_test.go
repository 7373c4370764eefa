package etcd_test

import (
	"context"

	"go.etcd.io/etcd/api/v3/authpb"
	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/server/v3/embed"
)

func noOptions() *authpb.UserAddOptions { return &authpb.UserAddOptions{} }

// grant lets readers read what begins with config/.
func grant(ctx context.Context, e *embed.Etcd) error {
	_, err := e.Server.RoleGrantPermission(ctx, &pb.AuthRoleGrantPermissionRequest{
		Name: "reader", Perm: &authpb.Permission{PermType: authpb.Permission_READ, Key: []byte("config/"), RangeEnd: []byte("config0")},
	})
	return err
}
