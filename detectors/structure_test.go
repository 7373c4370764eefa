package detectors

import (
	"strings"
	"testing"
)

// TestKeyPath looks for the value VALUE in files of each structure.
func TestKeyPath(t *testing.T) {
	tests := []struct{ path, text, want string }{
		{"a.json", `{"services": {"db": {"user": "a{", "password": "VALUE"}}}`, "services.db.password"},
		{"a.json", `{"list": [{"x": 1}, {"y": [1, "VALUE"]}]}`, "list.y"},
		{"a.tfstate", "{\n  \"resources\": [\n    {\n      \"attributes\": {\n        \"password\": \"VALUE\"", "resources.attributes.password"},
		{"n.ipynb", `{"cells": [{"source": ["a = 1\n", "password = 'VALUE'\n"]}]}`, "cells.source"},
		{"a.json", `{"a\"b": {"c": VALUE}}`, `a\"b.c`},
		{"compose.yml", "services:\n  db:\n    image: x\n    environment:\n      DB_PASSWORD: VALUE\n", "services.db.environment.DB_PASSWORD"},
		{"compose.yml", "services:\n  db:\n    environment:\n    - DB_PASSWORD=VALUE\n", "services.db.environment.DB_PASSWORD"},
		{".github/workflows/a.yml", "jobs:\n  test:\n    steps:\n      - name: x\n        env:\n          TOKEN: \"VALUE\"\n", "jobs.test.steps.env.TOKEN"},
		{"k8s.yaml", "spec:\n  containers:\n  - name: app\n    env:\n    - name: DB_PASSWORD\n      value: VALUE\n", "spec.containers.env.DB_PASSWORD"},
		{"play.yml", "- hosts: all\n  tasks:\n  - shell: x\n    environment:\n      PASS: VALUE\n", "tasks.environment.PASS"},
		{"a.yml", "a:\n  b: {user: x, password: VALUE}\n", "a.b.password"},
		{"a.toml", "x = 1\n[server.db]\n# c\npassword = \"VALUE\"\n", "server.db.password"},
		{"my.cnf", "[client]\npassword=VALUE\n", "client.password"},
		{"app.properties", "spring.datasource.password=VALUE\n", "spring.datasource.password"},
		{".env.production", "export A=1\nexport DB_PASSWORD=\"VALUE\"\n", "DB_PASSWORD"},
		{"Dockerfile", "FROM x\nENV DB_PASSWORD VALUE\n", "DB_PASSWORD"},
		{"Dockerfile", "FROM x\nARG DB_PASSWORD=VALUE\n", "DB_PASSWORD"},
		{"main.tf", "resource \"aws_db\" \"main\" {\n  x {\n  }\n  master {\n    password = \"VALUE\"\n", "resource.aws_db.main.master.password"},
		{"a.tfvars", "db_password = \"VALUE\"\n", "db_password"},
		{"pom.xml", "<?xml version=\"1.0\"?>\n<settings><servers><server><id>x</id><br/><password>VALUE</password>", "settings.servers.server.password"},
		{"web.config", "<configuration><appSettings><add key=\"ApiKey\" value=\"VALUE\"/>", "configuration.appSettings.add.ApiKey"},
		{"web.config", "<a>\n<db user='x'\n  password=\"VALUE\"/>", "a.db.password"},
		{"Info.plist", "<plist><dict><key>A</key><string>a</string>\n<key>ApiToken</key>\n<string>VALUE</string>", "plist.dict.ApiToken"},
		{"main.go", "password := \"VALUE\"\n", ""},
		{"a.json", "VALUE", ""},
		{"a.yml", "\x1b31m\u202e: VALUE", "?31m?"},
	}
	for _, test := range tests {
		lo := strings.Index(test.text, "VALUE")
		if got := keyPath(test.path, []byte(test.text), lo, lo+len("VALUE")); got != test.want {
			t.Errorf("%s %q: %q, want %q", test.path, test.text, got, test.want)
		}
	}
}

// FuzzKeyPath holds that no text makes a path that is long, holds the value, or
// reaches a terminal's escapes.
func FuzzKeyPath(f *testing.F) {
	f.Add("a.json", []byte(`{"a": {"b": "VALUE"}}`), 13)
	f.Add("a.yml", []byte("a:\n  b: VALUE\n"), 8)
	f.Add("a.xml", []byte("<a><b c=\"VALUE\">"), 9)
	f.Add("a.tf", []byte("a {\n b = \"VALUE\"\n}"), 10)
	f.Fuzz(func(t *testing.T, path string, text []byte, lo int) {
		if lo < 0 || lo > len(text) {
			return
		}
		key := keyPath(path, text, lo, len(text))
		if len(key) > maxKey+8 || strings.ContainsAny(key, "\x1b\n\r\x00\u202e") {
			t.Errorf("%q", key)
		}
	})
}
