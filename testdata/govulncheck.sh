#!/bin/sh
# Looks for known vulnerabilities in what is built in. The list of them is on a
# server that not every machine reaches; then that is said and nothing fails.
out=$(go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./... 2>&1)
code=$?
if [ $code -ne 0 ] && echo "$out" | grep -qE 'fetching|dial tcp|no such host|timeout|connection refused|Forbidden|403|proxyconnect'; then
	echo "govulncheck: its list of vulnerabilities can't be reached from here; not checked"
	exit 0
fi
echo "$out"
exit $code
