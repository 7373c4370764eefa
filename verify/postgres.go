package verify

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
)

// postgresSpeaker logs in (PostgreSQL manual, "Message Flow"), asks who it is,
// and leaves.
func postgresSpeaker() speaker {
	return speaker{
		issuer: "postgresql", verb: "LOGIN", login: true,
		knows: knowsScheme("postgres", "postgresql"), needs: []string{"user", "password", "host"},
		aim: aimAtURI, ask: askPostgres, made: strangersLogin,
	}
}

func askPostgres(ctx context.Context, l *line) outcome {
	cfg, err := pgconn.ParseConfig("host=127.0.0.1 sslmode=disable passfile=/dev/null/none servicefile=/dev/null/none")
	if err != nil {
		return l.unknown("internal error", "")
	}
	cfg.Host, cfg.Port = l.base.Hostname(), 5432
	if n, err := strconv.ParseUint(l.base.Port(), 10, 16); err == nil {
		cfg.Port = uint16(n)
	}
	cfg.User, cfg.Password = l.decoded("user"), l.decoded("password")
	cfg.Database = cmp.Or(l.decoded("database"), "postgres")
	cfg.RequireAuth = "scram-sha-256,md5,password" // a server that trusts anybody proves nothing
	cfg.RuntimeParams = map[string]string{"default_transaction_read_only": "on"}
	cfg.Fallbacks, cfg.ValidateConnect, cfg.AfterConnect = nil, nil, nil // whatever the environment says
	cfg.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	cfg.DialFunc = l.dialPostgres
	conn, err := pgconn.ConnectConfig(ctx, cfg)
	if err != nil {
		return l.refusedPostgres(ctx, err)
	}
	defer conn.Close(ctx)
	out := l.live("accepted the password")
	out.verdict.Account = l.account(l.decoded("user"))
	rows := conn.ExecParams(ctx, "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = current_user", nil, nil, nil, nil).Read()
	if rows.Err == nil && len(rows.Rows) == 1 {
		for i, name := range []string{"superuser", "createdb", "createrole", "replication"} {
			if string(rows.Rows[0][i]) == "t" {
				out.verdict.Scopes = append(out.verdict.Scopes, name)
			}
		}
	}
	return out
}

// refusedPostgres reads an error (PostgreSQL manual, appendix A): those that
// follow a good password are as good as a welcome.
func (l *line) refusedPostgres(ctx context.Context, err error) outcome {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return l.failed(ctx, err)
	}
	switch e.Code {
	case "28P01":
		return l.dead("28P01, the password is refused")
	case "3D000":
		return l.live("3D000, the database is missing, which is looked up after the password")
	case "53300":
		return l.unknown("53300", "has no connection left")
	}
	return l.unknown("refused", "by an error that does not tell why")
}

// sslRequest asks a server to go on by TLS.
const sslRequest = 80877103

// dialPostgres connects, by TLS where the server has it.
func (l *line) dialPostgres(ctx context.Context, _, address string) (net.Conn, error) {
	conn, err := l.connect(ctx, address)
	if err != nil {
		return nil, err
	}
	ask := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 8), sslRequest)
	var answer [1]byte
	if _, err = conn.Write(ask); err == nil {
		_, err = io.ReadFull(conn, answer[:])
	}
	switch {
	case err != nil:
	case answer[0] == 'S':
		return l.secure(ctx, conn)
	case answer[0] == 'N' && l.named():
		return conn, nil
	case answer[0] == 'N':
		err = errPlain
	default:
		err = errMalformed
	}
	conn.Close()
	return nil, err
}
