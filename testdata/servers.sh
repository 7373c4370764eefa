# To be sourced: installs (Debian) and starts the servers that tests log in to,
# each on a free port of loopback with its data in a temporary directory, and
# exports their addresses as SPRAWL_TEST_*. stop_servers ends them all. The
# passwords are made up for this run and known to nobody else.
servers=$(mktemp -d)
chmod 755 "$servers"
server_pids=""
as() { # what to put before a command to run it as the user $1, where we are root
	[ "$(id -u)" != 0 ] || echo "setpriv --reuid=$1 --regid=$1 --init-groups"
}
free_port() {
	while :; do
		port=$(shuf -i 20000-29999 -n 1)
		grep -qi ":$(printf %04X "$port") " /proc/net/tcp /proc/net/tcp6 2>/dev/null || { echo "$port"; return; }
	done
}
secret() { head -c 15 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
wait_port() { # until something listens on port $1, up to 2 minutes
	n=0
	until grep -qi ":$(printf %04X "$1") .* 0A " /proc/net/tcp /proc/net/tcp6 2>/dev/null; do
		n=$((n + 1)); [ $n -lt 1200 ] || { echo "nothing listens on port $1: $2" >&2; return 1; }
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
	$(as postgres) "$pg/initdb" -D "$servers/pg/data" -U app -A scram-sha-256 --pwfile="$servers/pgpw" >/dev/null || return 1
	$(as postgres) "$pg/postgres" -D "$servers/pg/data" -p "$port" -k "$servers/pg" -c listen_addresses=127.0.0.1 -c fsync=off >"$servers/pg.log" 2>&1 &
	server_pids="$server_pids $!"
	wait_port "$port" postgres
	export SPRAWL_TEST_POSTGRES="postgres://app:$password@127.0.0.1:$port/postgres?sslmode=disable"
}
start_mysql() {
	need mariadb-server mariadbd
	port=$(free_port)
	mkdir "$servers/my" && [ "$(id -u)" != 0 ] || chown mysql "$servers/my"
	$(as mysql) mariadb-install-db --no-defaults --datadir="$servers/my/data" --auth-root-authentication-method=normal >/dev/null 2>&1 || return 1
	printf '%s\n' "CREATE USER app@'%' IDENTIFIED BY '$password';" "CREATE DATABASE app;" "GRANT ALL ON app.* TO app@'%';" \
		"DELETE FROM mysql.global_priv WHERE User='';" "FLUSH PRIVILEGES;" >"$servers/my.sql" && chmod 644 "$servers/my.sql"
	$(as mysql) mariadbd --no-defaults --datadir="$servers/my/data" --bind-address=127.0.0.1 --port="$port" --socket="$servers/my/s" --init-file="$servers/my.sql" >"$servers/my.log" 2>&1 &
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
start_ssh() {
	need openssh-server sshd
	port=$(free_port)
	mkdir -p "$servers/ssh" /run/sshd
	ssh-keygen -q -t ed25519 -N "" -f "$servers/ssh/host" && ssh-keygen -q -t ed25519 -N "" -f "$servers/ssh/user" || return 1
	cp "$servers/ssh/user.pub" "$servers/ssh/authorized"
	"$(command -v sshd)" -D -f /dev/null -p "$port" -h "$servers/ssh/host" -o ListenAddress=127.0.0.1 -o StrictModes=no -o UsePAM=no -o PermitRootLogin=yes \
		-o PidFile=none -o AuthorizedKeysFile="$servers/ssh/authorized" -E "$servers/ssh.log" &
	server_pids="$server_pids $!"
	wait_port "$port" sshd
	export SPRAWL_TEST_SSH="ssh://$(id -un)@127.0.0.1:$port" SPRAWL_TEST_SSH_KEY="$servers/ssh/user"
}
start_ldap() {
	need slapd slapd
	port=$(free_port)
	mkdir "$servers/ldap"
	cat >"$servers/ldap/conf" <<-CONF
		include /etc/ldap/schema/core.schema
		modulepath /usr/lib/ldap
		moduleload back_mdb
		database mdb
		directory $servers/ldap
		suffix "dc=acme,dc=internal"
		rootdn "cn=admin,dc=acme,dc=internal"
		rootpw $(slappasswd -s "$password")
	CONF
	slapd -d 0 -f "$servers/ldap/conf" -h "ldap://127.0.0.1:$port/" >"$servers/ldap.log" 2>&1 &
	server_pids="$server_pids $!"
	wait_port "$port" slapd
	export SPRAWL_TEST_LDAP="ldap://cn=admin%2Cdc=acme%2Cdc=internal:$password@127.0.0.1:$port"
}
start_amqp() {
	need rabbitmq-server rabbitmq-server
	port=$(free_port) dist=$(free_port)
	mkdir "$servers/amqp"
	printf 'default_user = app\ndefault_pass = %s\nlisteners.tcp.1 = 127.0.0.1:%s\n' "$password" "$port" >"$servers/amqp/rabbitmq.conf"
	: >"$servers/amqp/plugins"
	[ "$(id -u)" != 0 ] || chown -R rabbitmq "$servers/amqp"
	epmd -daemon -address 127.0.0.1 >/dev/null 2>&1 || true
	$(as rabbitmq) env HOME="$servers/amqp" RABBITMQ_NODENAME="sprawl$port@localhost" RABBITMQ_DIST_PORT="$dist" RABBITMQ_CONFIG_FILE="$servers/amqp/rabbitmq.conf" \
		RABBITMQ_ENABLED_PLUGINS_FILE="$servers/amqp/plugins" RABBITMQ_MNESIA_BASE="$servers/amqp/mnesia" RABBITMQ_LOG_BASE="$servers/amqp/log" \
		/usr/lib/rabbitmq/bin/rabbitmq-server >"$servers/amqp.log" 2>&1 &
	server_pids="$server_pids $!"
	amqp_port=$port
	export SPRAWL_TEST_AMQP="amqp://app:$password@127.0.0.1:$port"
}
start_mqtt() {
	need mosquitto mosquitto
	port=$(free_port)
	touch "$servers/mqtt.passwd"
	mosquitto_passwd -b "$servers/mqtt.passwd" app "$password"
	chmod 644 "$servers/mqtt.passwd"
	printf 'listener %s 127.0.0.1\nallow_anonymous false\npassword_file %s\n' "$port" "$servers/mqtt.passwd" >"$servers/mqtt.conf"
	mosquitto -c "$servers/mqtt.conf" >"$servers/mqtt.log" 2>&1 &
	server_pids="$server_pids $!"
	wait_port "$port" mosquitto
	export SPRAWL_TEST_MQTT="mqtt://app:$password@127.0.0.1:$port"
}
start_imap() {
	need dovecot-imapd dovecot
	port=$(free_port)
	mkdir "$servers/imap"
	cat >"$servers/imap/conf" <<-CONF
		base_dir = $servers/imap/run
		log_path = $servers/imap.log
		protocols = imap
		ssl = no
		disable_plaintext_auth = no
		listen = 127.0.0.1
		mail_location = maildir:$servers/imap/mail
		service imap-login {
		  chroot =
		  inet_listener imap {
		    port = $port
		  }
		  inet_listener imaps {
		    port = 0
		  }
		}
		passdb {
		  driver = static
		  args = password=$password user=app
		}
		userdb {
		  driver = static
		  args = uid=mail gid=mail home=$servers/imap/home
		}
	CONF
	chmod -R 777 "$servers/imap"
	dovecot -F -c "$servers/imap/conf" >"$servers/dovecot.log" 2>&1 &
	server_pids="$server_pids $!"
	wait_port "$port" dovecot
	export SPRAWL_TEST_IMAP="imap://app:$password@127.0.0.1:$port"
}
start_smtp() {
	need exim4-daemon-light exim4
	port=$(free_port)
	mkdir "$servers/smtp" && chmod 777 "$servers/smtp"
	cat >"$servers/smtp/conf" <<-CONF
		spool_directory = $servers/smtp
		log_file_path = $servers/smtp/%slog
		pid_file_path =
		local_interfaces = 127.0.0.1
		daemon_smtp_ports = $port
		tls_advertise_hosts =
		auth_advertise_hosts = *
		begin authenticators
		plain:
		  driver = plaintext
		  public_name = PLAIN
		  server_prompts = :
		  server_condition = \${if and{{eq{\$auth2}{app}}{eq{\$auth3}{$password}}}}
		  server_set_id = \$auth2
	CONF
	chmod 644 "$servers/smtp/conf"
	exim4 -C "$servers/smtp/conf" -bdf >"$servers/smtp.log" 2>&1 &
	server_pids="$server_pids $!"
	wait_port "$port" exim4
	export SPRAWL_TEST_SMTP="smtp://app:$password@127.0.0.1:$port"
}
start_servers() {
	for name in amqp postgres mysql redis ssh ldap mqtt imap smtp; do
		"start_$name" || { echo "could not start $name:"; cat "$servers"/*.log 2>/dev/null | tail -n 20; exit 1; }
	done
	wait_port "$amqp_port" rabbitmq || { echo "could not start rabbitmq:"; tail -n 20 "$servers/amqp.log"; exit 1; }
}
