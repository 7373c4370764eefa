#!/bin/sh
# Runs every test with the race detector. A test that is skipped here is a
# failure: everything that tests need is at hand, or this script installs it.
set -u
log=$(mktemp)
postgres=$(mktemp -d)
as() { if [ "$(id -u)" -eq 0 ]; then su postgres -s /bin/sh -c "$1"; else sh -c "$1"; fi; }
trap 'as "$pg/pg_ctl -D $postgres/data -m immediate stop" >/dev/null 2>&1; rm -rf "$log" "$postgres"' EXIT
if ! command -v git >/dev/null 2>&1; then
	apt-get update -qq && apt-get install -y -qq git || { echo "tests build real repositories: install git"; exit 1; }
fi
if ! command -v pre-commit >/dev/null 2>&1; then
	apt-get update -qq && apt-get install -y -qq pre-commit || { echo "tests run our hooks in the pre-commit framework: install pre-commit"; exit 1; }
fi
if ! command -v chromium >/dev/null 2>&1 && ! command -v google-chrome >/dev/null 2>&1; then
	apt-get update -qq && apt-get install -y -qq chromium || { echo "tests look at the HTML report: install chromium"; exit 1; }
fi
pg=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
[ -n "$pg" ] || pg=$(dirname "$(command -v pg_ctl 2>/dev/null)" 2>/dev/null)
if [ ! -x "$pg/pg_ctl" ]; then
	apt-get update -qq && apt-get install -y -qq postgresql || { echo "tests keep registers in PostgreSQL: install postgresql"; exit 1; }
	pg=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
fi
if [ "$(id -u)" -eq 0 ]; then chown postgres "$postgres"; fi
as "$pg/initdb -D $postgres/data -A trust -U postgres" >/dev/null &&
	as "$pg/pg_ctl -D $postgres/data -o '-k $postgres -p 54987 -c listen_addresses=127.0.0.1 -c fsync=off' -l $postgres/log -w start" >/dev/null ||
	{ echo "PostgreSQL does not start"; cat "$postgres/log"; exit 1; }
SPRAWL_TEST_POSTGRES="postgres://postgres@127.0.0.1:54987/postgres?sslmode=disable"
SPRAWL_TEST_KILLS=200
export SPRAWL_TEST_POSTGRES SPRAWL_TEST_KILLS
SPRAWL_CORPUS="$(git rev-parse --absolute-git-dir)" go test -race -v -timeout 20m ./... >"$log" 2>&1
code=$?
grep -E '^(ok|FAIL|---[ ]FAIL|panic:|\?)' "$log" | grep -v 'no test files'
if [ $code -ne 0 ]; then
	echo
	grep -E -A30 -- '--- FAIL|panic:|DATA RACE|# github' "$log" | head -n 200
	exit $code
fi
if grep -E "^--- SKIP" "$log"; then
	echo "A skipped test is a failure here."
	exit 1
fi
passed=$(grep -cE '^--- PASS' "$log")
echo "$passed passed, 0 failed"
