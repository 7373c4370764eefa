#!/bin/sh
# Runs every test with the race detector. A test that is skipped here is a
# failure: everything that tests need is at hand, or this script installs it.
set -u
log=$(mktemp)
. testdata/servers.sh
trap 'stop_servers; rm -f "$log"' EXIT
if ! command -v git >/dev/null 2>&1; then
	apt-get update -qq && apt-get install -y -qq git || { echo "tests build real repositories: install git"; exit 1; }
fi
if ! command -v pre-commit >/dev/null 2>&1; then
	apt-get update -qq && apt-get install -y -qq pre-commit || { echo "tests run our hooks in the pre-commit framework: install pre-commit"; exit 1; }
fi
if ! command -v chromium >/dev/null 2>&1 && ! command -v google-chrome >/dev/null 2>&1; then
	apt-get update -qq && apt-get install -y -qq chromium || { echo "tests look at the HTML report: install chromium"; exit 1; }
fi
start_servers
SPRAWL_TEST_KILLS=200
export SPRAWL_TEST_KILLS
SPRAWL_CORPUS="$(git rev-parse --absolute-git-dir)"
export SPRAWL_CORPUS
# Two suites are long, and each runs on one goroutine: what every rule does to
# hostile text, and what every issuer can answer. The race detector would make
# them ten times as long and has nothing to see there; where rules and questions
# are used by several goroutines, the sweep's and the client's own tests are.
others=$(go list ./... | grep -v '/detectors$')
go test -race -v -timeout 20m -skip '^TestContract$' $others >"$log" 2>&1
code=$?
go test -v -timeout 20m ./detectors >>"$log" 2>&1 || code=1
go test -v -timeout 20m -run '^TestContract$' ./verify >>"$log" 2>&1 || code=1
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
