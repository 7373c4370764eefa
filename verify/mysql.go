package verify

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log"
	"net"

	"github.com/go-sql-driver/mysql"
)

// mysqlSpeaker logs in (MySQL internals, "Connection Phase"), asks who it is,
// and leaves. MariaDB speaks the same.
func mysqlSpeaker() speaker {
	return speaker{
		issuer: "mysql", verb: "LOGIN", login: true,
		knows: knowsScheme("mysql", "mariadb"), needs: []string{"user", "password", "host"},
		aim: aimAtURI, ask: askMySQL, made: strangersLogin,
	}
}

func askMySQL(ctx context.Context, l *line) outcome {
	cfg := mysql.NewConfig()
	cfg.Net, cfg.Addr = "tcp", net.JoinHostPort(l.base.Hostname(), cmp.Or(l.base.Port(), "3306"))
	cfg.User, cfg.Passwd, cfg.DBName = l.decoded("user"), l.decoded("password"), l.decoded("database")
	cfg.DialFunc = func(ctx context.Context, _, address string) (net.Conn, error) { return l.connect(ctx, address) }
	cfg.TLS, cfg.AllowFallbackToPlaintext = l.tls(), l.named()
	cfg.Logger = log.New(io.Discard, "", 0)
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return l.unknown("not asked", "its parts make no login")
	}
	conn, err := connector.Connect(ctx)
	if err != nil {
		return l.refusedMySQL(ctx, err)
	}
	conn.Close()
	out := l.live("accepted the password")
	out.verdict.Account = l.account(l.decoded("user"))
	return out
}

// refusedMySQL reads an error (MySQL, "Server Error Message Reference").
func (l *line) refusedMySQL(ctx context.Context, err error) outcome {
	var e *mysql.MySQLError
	switch {
	case errors.Is(err, mysql.ErrNoTLS):
		return l.failed(ctx, errPlain)
	case !errors.As(err, &e):
		return l.failed(ctx, err)
	}
	switch e.Number {
	case 1045:
		return l.dead("1045, the password is refused")
	case 1049, 1044:
		return l.live("1049 or 1044, about the database, which is looked up after the password")
	case 1820, 1862:
		return l.live("the password is right, and has to be changed")
	case 3118:
		return l.unknown("locked", "says that the account is locked")
	}
	return l.unknown("refused", "by an error that does not tell why")
}
