package detectors

import "bytes"

const (
	maxArgs    = 300  // bytes of a call's arguments that are looked at
	maxCommand = 400  // bytes of a command line
	maxColumns = 1024 // bytes of the columns of an INSERT
	maxRows    = 4096 // bytes of its rows
	maxTelling = 3    // columns with telling names
)

// findCall finds the password among the arguments of a call that logs in:
// login("user", "value"), auth=("user", "value"), connect(host, user, value).
func findCall(sc *Scanner, dst []match, r *rule, data []byte, pos, size int) (_ []match, lo, hi int) {
	lo, hi = pos-1, pos+size
	args, end := arguments(data, pos+size)
	hi = max(hi, end)
	which := 1
	switch data[pos] | 0x20 {
	case 'c': // connect(host, user, value), create_user(name, mail, value)
		if data[pos+size-2]|0x20 != 'l' && data[pos+size-2]|0x20 != 's' {
			which = 2
		}
	}
	if which == 1 && len(args) > 2 && !args[0].quoted {
		which = 2 // login(context, user, value)
	}
	if len(args) <= which || !args[which].quoted {
		sc.note(r, pos, "the call has no string where the password would be")
		return dst, lo, hi
	}
	c := candidate{word: sortPassword, how: byCall, value: args[which]}
	dst, l, h := sc.weigh(dst, r, data, &c)
	return dst, min(lo, l), max(hi, h)
}

// arguments returns the first arguments of the call whose parenthesis was
// opened before i, and how far it looked. One that is no string literal alone
// is not quoted.
func arguments(data []byte, i int) (args []slot, end int) {
	var buf [4]slot
	args = buf[:0]
	limit := min(i+maxArgs, len(data))
	start, depth := i, 0
	for k := i; k < limit; k++ {
		switch c := data[k]; {
		case isQuote(c):
			from := k
			for k++; k < limit && data[k] != c && data[k] != '\n'; k++ {
				if data[k] == '\\' {
					k++
				}
			}
			if k >= limit || data[k] != c {
				return args, k + 2
			}
			if depth == 0 && start >= 0 && len(bytes.TrimSpace(data[start:from])) <= 1 {
				start = -from - 1 // a string so far
			}
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' && depth == 0, c == ',' && depth == 0:
			args = append(args, argument(data, start, k))
			if start = k + 1; c == ')' || len(args) == cap(buf[:]) {
				return args, k + 1
			}
		case c == ')' || c == ']' || c == '}':
			depth--
		}
	}
	return args, limit + 1
}

// argument returns what stands from start to end as an argument. A negative
// start says where a quote opened.
func argument(data []byte, start, end int) slot {
	if start >= 0 {
		return slot{start, end, false}
	}
	from := -start - 1
	for end > from+1 && data[end-1] <= ' ' {
		end--
	}
	if end-from < 2 || data[end-1] != data[from] {
		return slot{from, end, false}
	}
	return slot{from + 1, end - 1, true}
}

// findCommand finds the password in a command line: curl -u user:value,
// mysql -pvalue, sshpass -p value, docker login -p value.
func findCommand(sc *Scanner, dst []match, r *rule, data []byte, pos, size int) (_ []match, lo, hi int) {
	limit := min(pos+maxCommand, len(data))
	lo, hi = pos-1, min(limit+maxValue+4, len(data)+1)
	from := pos
	for from < limit && data[from] > ' ' {
		from++
	}
	for i := from; i < limit; i++ {
		if data[i] == '\n' && data[i-1] != '\\' || data[i] == '|' || data[i] == ';' || data[i] == '#' && data[i-1] == ' ' {
			return dst, lo, hi
		}
		if data[i] != '-' || data[i-1] > ' ' && data[i-1] != '"' && data[i-1] != '\'' && data[i-1] != ',' {
			continue
		}
		v, ok := optionValue(data, i, data[pos:from])
		if !ok {
			continue
		}
		c := candidate{word: sortPassword, how: byCommand, value: v}
		var l, h int
		dst, l, h = sc.weigh(dst, r, data, &c)
		return dst, min(lo, l), max(hi, h)
	}
	return dst, lo, hi
}

// optionValue returns the password that the option at data[i] gives to a
// command.
func optionValue(data []byte, i int, command []byte) (v slot, ok bool) {
	k := i + 1
	for k < len(data) && k-i < 16 && (isLetter(data[k]) || data[k] == '-') {
		k++
	}
	if i+2 > len(data) {
		return slot{}, false
	}
	option, letter := string(data[i:k]), data[min(i+1, len(data)-1)]
	user := option == "-u" || option == "--user" || option == "--proxy-user" || option == "-U"
	switch {
	case bytes.HasPrefix(command, []byte("mysql")), bytes.HasPrefix(command, []byte("mariadb")):
		if letter != 'p' || i+2 >= len(data) || data[i+2] <= ' ' {
			return slot{}, false // -p alone asks for it
		}
		return wordAt(data, i+2), true
	case bytes.HasPrefix(command, []byte("curl")), bytes.HasPrefix(command, []byte("smbclient")):
		if !user {
			return slot{}, false
		}
		return afterUser(wordAt(data, skipSign(data, k)), data)
	case bytes.HasPrefix(command, []byte("sshpass")) && letter == 'p':
		return wordAt(data, skipBlank(data, i+2, 4)), true
	case bytes.HasPrefix(command, []byte("redis-cli")) && option == "-a",
		bytes.HasPrefix(command, []byte("ldap")) && option == "-w",
		bytes.HasPrefix(command, []byte("docker")) && option == "-p":
		return wordAt(data, skipBlank(data, k, 4)), true
	}
	return slot{}, false
}

func skipSign(data []byte, i int) int {
	if i < len(data) && data[i] == '=' {
		return i + 1
	}
	return skipBlank(data, i, 4)
}

// wordAt returns the word of a command line at i, without its quotes.
func wordAt(data []byte, i int) slot {
	if i < len(data) && isQuote(data[i]) {
		g := giving{data: data}
		return g.quotedValue(i)
	}
	k := i
	for k < len(data) && k-i < maxValue && data[k] > ' ' && bytes.IndexByte([]byte("\"'`;|<>)&"), data[k]) < 0 {
		k++
	}
	if k < len(data) && data[k] == '<' {
		return slot{i, i, false} // a template begins
	}
	for k > i && (data[k-1] == ',' || data[k-1] == '.') {
		k--
	}
	return slot{i, k, false}
}

// afterUser returns what stands behind the colon of user:password.
func afterUser(v slot, data []byte) (slot, bool) {
	i := bytes.IndexAny(v.of(data), ":%")
	if i < 0 {
		return v, false
	}
	return slot{v.from + i + 1, v.to, v.quoted}, true
}

// findRow finds values in the columns of an SQL INSERT whose names tell.
func findRow(sc *Scanner, dst []match, r *rule, data []byte, pos, size int) (_ []match, lo, hi int) {
	lo = pos - 1
	limit := min(pos+maxColumns, len(data))
	open := pos + size
	for open < limit && data[open] != '(' && data[open] != ';' && data[open] != '\n' {
		open++
	}
	if hi = open + 1; open >= limit || data[open] != '(' {
		return dst, lo, hi
	}
	end := open
	for end < limit && data[end] != ')' && data[end] != ';' {
		end++
	}
	hi = end + 1
	if end >= limit || data[end] != ')' {
		return dst, lo, hi
	}
	rows := min(end+maxRows, len(data))
	hi = max(hi, rows+1)
	names := data[open+1 : end]
	told := 0
	for n, from := 0, 0; from <= len(names) && told < maxTelling; n++ {
		to := bytes.IndexByte(names[from:], ',')
		if to < 0 {
			to = len(names) - from
		}
		if word, ok := tellingColumn(data, open+1+from, open+1+from+to); ok {
			told++
			var l, h int
			dst, l, h = sc.columnValues(dst, r, data[:rows], end+1, n, word)
			lo, hi = min(lo, l), max(hi, h)
		}
		from += to + 1
	}
	return dst, lo, hi
}

// tellingColumn reports whether the column named in data[from:to] holds
// secrets.
func tellingColumn(data []byte, from, to int) (word sort, ok bool) {
	for i := from; i+3 < to; i++ {
		size := 0
		switch data[i] | 0x20 {
		case 'p', 's', 't':
			size = tellingSize(data[i:to])
		}
		if size == 0 {
			continue
		}
		_, _, why := nameAround(data[:to], i, size)
		return sortOfWord(data[i : i+size]), why == ""
	}
	return 0, false
}

// tellingSize returns the length of the telling word that text begins with.
func tellingSize(text []byte) int {
	var buf [6]byte
	low := lowered(buf[:], text)
	switch {
	case has(low, "secret"):
		return 6
	case has(low, "token"):
		return 5
	case has(low, "pass"):
		return 4
	case has(low, "pwd"):
		return 3
	}
	return 0
}

// afterValues returns where the rows begin that follow the word VALUES at i, or
// -1.
func afterValues(data []byte, i int) int {
	for i < len(data) && data[i] <= ' ' {
		i++
	}
	if i+6 > len(data) || !bytes.EqualFold(data[i:i+6], []byte("values")) {
		return -1
	}
	return i + 6
}

// columnValues weighs what stands in column n of the rows that begin at i.
func (sc *Scanner) columnValues(dst []match, r *rule, data []byte, i, n int, word sort) (_ []match, lo, hi int) {
	lo, hi = i, i
	column := -1
	if i = afterValues(data, i); i < 0 {
		return dst, lo, hi
	}
	for ; i < len(data) && data[i] != ';'; i++ {
		switch c := data[i]; {
		case c == '(':
			column = 0
		case c == ')':
			column = -1
		case c == ',' && column >= 0:
			column++
		case c == '\'' || c == '"':
			from := i + 1
			for i++; i < len(data) && data[i] != c; i++ {
				if data[i] == '\\' {
					i++
				}
			}
			if column == n && i < len(data) && i > from && i-from <= maxValue {
				v := candidate{word: word, how: byRow, value: slot{from, i, true}}
				var l, h int
				dst, l, h = sc.weigh(dst, r, data, &v)
				lo, hi = min(lo, l), max(hi, h)
			}
		}
	}
	return dst, lo, hi
}
