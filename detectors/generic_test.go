package detectors

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed-5dd601fe/sprawl"
)

// TestGiven looks for values in each manner in which they are given. VALUE
// stands for one that no reader would doubt.
func TestGiven(t *testing.T) {
	value := token(t, "<base62:9>q7<base62:9>")
	for _, text := range []string{
		`password = "VALUE"`, `password: VALUE`, `"password": "VALUE"`, `:password => 'VALUE'`, `config["db"]["password"] = "VALUE"`,
		`$config['password'] = 'VALUE';`, `define('DB_PASSWORD', 'VALUE');`, `setPassword("VALUE")`, `os.environ.get("DB_PASSWORD", "VALUE")`,
		`process.env.DB_PASSWORD || 'VALUE'`, `${DB_PASSWORD:-VALUE}`, `password=${DB_PASSWORD:VALUE}`, `<password>VALUE</password>`,
		`<Pass encoding="plain">VALUE</Pass>`, `<property name="password" value="VALUE"/>`, "<key>Password</key>\n<string>VALUE</string>",
		"- name: DB_PASSWORD\n  value: VALUE\n", `{"name": "DB_PASSWORD", "value": "VALUE"}`, `ENV DB_PASSWORD VALUE`, `export DB_PASSWORD=VALUE`,
		`- 'DB_PASSWORD=VALUE'`, `mysqldump --password=VALUE app`, `deploy --password VALUE --force`, `password := []byte("VALUE")`,
		`const password: string = "VALUE"`, `var password string = "VALUE"`, `if password == "VALUE" {`, `assertThat(a.getPassword()).isEqualTo("VALUE")`,
		`String s = "{\"password\": \"VALUE\"}";`, "The password is `VALUE`.", `IDENTIFIED BY 'VALUE'`, `CREATE USER app PASSWORD 'VALUE'`,
		`@secret = "VALUE"`, `#define WIFI_PASSWORD "VALUE"`, `requirepass VALUE`, "password =\n    \"VALUE\"", `user.token # => "VALUE"`, `密码: VALUE`,
		`login("deploy", "VALUE")`, `auth=("deploy", "VALUE")`, `mysqli_connect("db", "app", "VALUE")`, `curl -u deploy:VALUE https://x.example.org`,
		`mysql -u root -pVALUE app`, `sshpass -p VALUE ssh db`, `docker login -u deploy -p VALUE r.example.org`,
		`INSERT INTO users (id, name, password) values (1, 'ann', 'VALUE'), (2, 'bob', 'x')`,
	} {
		text = strings.Replace(text, "VALUE", value, 1)
		at := int64(strings.Index(text, value))
		found := scanText(builtinSet(t).NewScanner(), text)
		if !slices.ContainsFunc(found, func(f sprawl.Finding) bool {
			return f.At.Start == at && f.At.End == at+int64(len(value))
		}) {
			t.Errorf("does not find %q", text)
		}
	}
}

// TestNotGiven shows texts in which nothing is given to a telling name.
func TestNotGiven(t *testing.T) {
	for _, text := range []string{
		`password = getPassword()`, `password = ""`, `passenger = "Winter2019x"`, `bypass: "Winter2019x"`, `password_file = "Winter2019x"`,
		`csrf_token = "Winter2019x77"`, `password = os.environ["PASSWORD"]`, `token: ${{ secrets.TOKEN }}`, `password = "********"`,
		`password: {{ db_password }}`, `resource "vault_secret_backend" "Winter2019x"`, `pass "Winter2019x"`, `userPasswords.get("Winter2019x")`,
		`change the password or delete the user`, `<input type="password" value="Winter2019x">`, `![badge](https://x.example.org/badge.svg?token=BB2RAMO9Y2)`,
		`PASSWORD_FILE=/run/secrets/db-password`, `password = "%s"`, `INSERT INTO users (name, mail) VALUES ('ann', 'Winter2019x')`, `[ "$PWD" = "Winter2019x" ]`,
	} {
		if found := scanText(builtinSet(t).NewScanner(), text); len(found) > 0 {
			t.Errorf("%q: %s at %d-%d", text, found[0].Rule, found[0].At.Start, found[0].At.End)
		}
	}
}

// TestFeatureNames holds that each kind of evidence has a name of its own.
func TestFeatureNames(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range Weighted() {
		if e.Name == "" || seen[e.Name] {
			t.Errorf("%q twice, or without a name", e.Name)
		}
		seen[e.Name] = true
	}
}

// TestGenericIsLinear scans ten times as much of what makes a finder look far,
// and wants no more than some twenty times the work, counted in places weighed
// and refused.
func TestGenericIsLinear(t *testing.T) {
	const word = "pass" + "word"
	for _, unit := range []string{
		word + " ", word + "=", word + `="`, "insert into a(pass,pwd,token,secret) values ('", "curl -u ", "login(", `"` + word + `":`, "pass:pass:", "<" + word + " ", "((((auth(",
	} {
		steps := func(n int) (count int) {
			sc := builtinSet(t).NewScanner()
			sc.Trace(func(Step) { count++ })
			scanText(sc, strings.Repeat(unit, n))
			return count
		}
		if small, large := steps(200), steps(2000); large > 20*(small+200) {
			t.Errorf("%q: %d steps for 200, %d for 2000", unit, small, large)
		}
	}
}

// FuzzGeneric holds that no text makes the finders panic, place a value outside
// of it, or say different things the second time.
func FuzzGeneric(f *testing.F) {
	set := builtinSet(f)
	for _, seed := range []string{"pwd = 'x'", "<password a='b'>c</password>", `login("a","b")`, "curl -u a:b", "insert into t (pass) values ('a','b')", "pass is `a`", "password: \\\"a\\\"", "pwd)||'", "- name: TOKEN\n  value: 'a"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		first := scanText(set.NewScanner(), string(text))
		for _, found := range first {
			if found.At.Start < 0 || found.At.End > int64(len(text)) || found.At.Start >= found.At.End {
				t.Fatalf("%s at %d-%d of %d", found.Rule, found.At.Start, found.At.End, len(text))
			}
		}
		if again := scanText(set.NewScanner(), string(text)); len(again) != len(first) {
			t.Fatalf("%d findings, then %d", len(first), len(again))
		}
	})
}
