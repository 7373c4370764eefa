package main

import (
	"math/rand/v2"
	"strings"

	"github.com/seed-5dd601fe/sprawl/detectors"
)

// manners are texts that give VALUE in ways of which few were met while
// labelling. What machines make is a secret in all of them.
var manners = []string{
	"<password>VALUE</password>\n", "  <Pass encoding=\"plain\">VALUE</Pass>\n", "<key>Password</key>\n<string>VALUE</string>\n",
	"<property name=\"password\" value=\"VALUE\"/>\n", "- name: DB_PASSWORD\n  value: VALUE\n", `{"name": "DB_PASSWORD", "value": "VALUE"}`,
	"mysqldump --password=VALUE app\n", "deploy --password VALUE --force\n", "ENV DB_PASSWORD VALUE\n", "requirepass VALUE\n",
	"CREATE USER app PASSWORD 'VALUE';\n", "ALTER USER app IDENTIFIED BY 'VALUE';\n", "curl -u deploy:VALUE https://acme.io\n", "mysql -u root -pVALUE app\n",
	"sshpass -p VALUE ssh db\n", "INSERT INTO users (name, password) VALUES ('ann', 'VALUE');\n", "client.login(\"deploy\", \"VALUE\")\n",
	"x = get(url, auth=(\"deploy\", \"VALUE\"))\n", "The password is `VALUE`.\n", "api_key: VALUE\n", "SECRET_KEY_BASE=VALUE\n", "token = \"VALUE\"\n",
	"private String clientSecret = \"VALUE\";\n", "accessKey: 'VALUE',\n", "DB_PASSWORD=VALUE\n", "spring.datasource.password=VALUE\n",
	"$config['encryption_key'] = 'VALUE';\n", "password: VALUE\n", "credential = \"VALUE\"\n", "salt: \"VALUE\"\n",
}

// made returns candidates of texts that hold made-up values, each of little
// weight: they keep what is rare in the labelled files from being believed
// less than what is frequent there.
func made(set *detectors.Set) (all []candidate, err error) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, text := range manners {
		for _, template := range []string{"<base62:20>", "<hex:32>", "<base64:43>", "<lower:4><digits:3><upper:3><lower:2>!"} {
			value, err := detectors.Expand(template, r)
			if err != nil {
				return nil, err
			}
			inFile(set, []byte(strings.Replace(text, "VALUE", value, 1)), "", func(c candidate) {
				if c.value == value {
					c.secret, c.kind, c.weight = true, "made", madeWeight
					all = append(all, c)
				}
			})
		}
	}
	return all, nil
}

// madeWeight is how much a made-up example counts beside a labelled one.
const madeWeight = 0.3
