# To be sourced: installs (Debian) and starts the servers that tests log in to,
# each on a free port of loopback with its data in a temporary directory, and
# exports their addresses as SPRAWL_TEST_*. stop_servers ends them all. The
# passwords are made up for this run and known to nobody else.
servers=$(mktemp -d)
chmod 755 "$servers"
server_pids=""
as_user() { # runs a command as the user $1, where we are root
	if [ "$(id -u)" = 0 ]; then shift_user=$1; shift; runuser -u "$shift_user" -- "$@"; else shift; "$@"; fi
}
free_port() {
	while :; do
		port=$(shuf -i 20000-29999 -n 1)
		grep -qi ":$(printf %04X "$port") " /proc/net/tcp /proc/net/tcp6 2>/dev/null || { echo "$port"; return; }
	done
}
secret() { head -c 15 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
wait_port() { # until something listens on port $1, up to 30 s
	n=0
	until grep -qi ":$(printf %04X "$1") .* 0A " /proc/net/tcp /proc/net/tcp6 2>/dev/null; do
		n=$((n + 1)); [ $n -lt 300 ] || { echo "nothing listens on port $1: $2" >&2; return 1; }
		sleep 0.1
	done
}
need() { # installs package $1 unless there is a command $2
	command -v "$2" >/dev/null 2>&1 || [ -x "/usr/sbin/$2" ] || { apt-get update -qq && apt-get install -y -qq "$1" >/dev/null; } ||
		{ echo "tests log in to $1: install it"; exit 1; }
}
stop_servers() {
	for pid in $server_pids; do kill "$pid" 2>/dev/null; done
	for pid in $server_pids; do wait "$pid" 2>/dev/null; done
	rm -rf "$servers"
}
PATH="$PATH:/usr/sbin:/sbin"
password=$(secret)

start_postgres() {
	[ -n "$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null)" ] || need postgresql pg_ctl
	pg=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
	port=$(free_port)
	mkdir "$servers/pg" && [ "$(id -u)" != 0 ] || chown postgres "$servers/pg"
	printf %s "$password" >"$servers/pgpw" && chmod 644 "$servers/pgpw"
	as_user postgres "$pg/initdb" -D "$servers/pg/data" -U app -A scram-sha-256 --pwfile="$servers/pgpw" >/dev/null || return 1
	as_user postgres "$pg/postgres" -D "$servers/pg/data" -p "$port" -k "$servers/pg" -c listen_addresses=127.0.0.1 -c fsync=off >"$servers/pg.log" 2>&1 &
	server_pids="$server_pids $!"
	wait_port "$port" postgres
	export SPRAWL_TEST_POSTGRES="postgres://app:$password@127.0.0.1:$port/postgres?sslmode=disable"
}
start_mysql() {
	need mariadb-server mariadbd
	port=$(free_port)
	mkdir "$servers/my" && [ "$(id -u)" != 0 ] || chown mysql "$servers/my"
	as_user mysql mariadb-install-db --no-defaults --datadir="$servers/my/data" --auth-root-authentication-method=normal >/dev/null 2>&1 || return 1
	echo "CREATE USER app@'%' IDENTIFIED BY '$password'; CREATE DATABASE app; GRANT ALL ON app.* TO app@'%'; DELETE FROM mysql.global_priv WHERE User=''; FLUSH PRIVILEGES;" >"$servers/my.sql" && chmod 644 "$servers/my.sql"
	as_user mysql mariadbd --no-defaults --datadir="$servers/my/data" --bind-address=127.0.0.1 --port="$port" --socket="$servers/my/s" --init-file="$servers/my.sql" >"$servers/my.log" 2>&1 &
	server_pids="$server_pids $!"
	wait_port "$port" mariadb
	export SPRAWL_TEST_MYSQL="mysql://app:$password@127.0.0.1:$port/app"
}
start_redis() {
	need redis-server redis-server
	port=$(free_port)
	redis-server --port "$port" --bind 127.0.0.1 --requirepass "$password" --save "" --daemonize no --dir "$servers" >"$servers/redis.log" 2>&1 &
	server_pids="$server_pids $!"
	wait_port "$port" redis
	export SPRAWL_TEST_REDIS="redis://:$password@127.0.0.1:$port/0"
}
start_servers() {
	for name in postgres mysql redis; do
		"start_$name" || { echo "could not start $name:"; cat "$servers"/*.log 2>/dev/null | tail -n 20; exit 1; }
	done
}
