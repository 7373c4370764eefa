package detectors

// weights are what the evidence counts, as learnt from labelled text. The
// program in internal/fit wrote this table; docs/accuracy.md says how.
var weights = [features]float32{
	-3.88, // every candidate
	1.29,  // named secret
	-0.03, // named token
	-0.78, // named key
	-0.16, // named auth or credential
	-2.93, // named salt
	0.37,  // given by colon
	-0.35, // given by arrow
	-0.90, // given after a comma
	0.72,  // given in parentheses
	0.51,  // compared with
	0.11,  // text of an element
	-0.25, // given without a sign
	-0.49, // given to an option
	0.39,  // given in a sentence
	0.53,  // given as a default
	0.38,  // value of a pair
	-0.47, // argument of a login
	-0.24, // option of a command
	-0.77, // column of a row
	-2.50, // one of a list
	-1.86, // other words after the telling one
	-0.00, // other words before it
	-1.35, // name in the plural
	-3.00, // named pass
	-2.08, // other arguments follow
	-1.42, // name says test
	-0.28, // name says whose
	0.39,  // name begins with a hyphen
	2.60,  // name in capitals
	0.69,  // name has dots
	-0.59, // 3 or 4 bytes
	-0.61, // 5 bytes
	0.03,  // 6 or 7 bytes
	1.32,  // 8 to 11 bytes
	1.00,  // 12 to 15 bytes
	-0.18, // 16 to 23 bytes
	-0.13, // 24 to 39 bytes
	-0.62, // 40 to 79 bytes
	-0.22, // 80 bytes or more
	-1.90, // short for what machines make
	1.08,  // long, as machines make them
	-0.31, // entropy
	1.90,  // unlike words
	1.56,  // unlike words, and long
	1.54,  // has digits
	-0.47, // digits only
	-1.40, // no letters
	0.39,  // both cases and digits
	0.99,  // has signs
	-0.61, // digits and signs
	2.13,  // changes of kind
	1.97,  // a word
	-1.42, // words where machines make secrets
	0.11,  // capitalised word
	-0.23, // words in camel case
	1.85,  // a word and digits
	-1.33, // not in quotes
	-0.51, // not in quotes, a name
	0.41,  // not in quotes, names with dots
	1.25,  // not in quotes, where machines make secrets
	-0.25, // not in quotes, with digits
	0.06,  // one space
	-2.52, // several spaces
	-0.04, // digits of a digest
	-0.50, // a UUID
	-0.75, // words joined by underscores
	1.14,  // words joined by hyphens
	-1.38, // a constant's name
	-0.94, // names with dots
	-1.58, // a path
	0.00,  // an address
	-0.33, // a mail address
	-0.96, // markup
	-1.05, // signs of code
	0.18,  // format verbs
	-0.42, // letters beyond ASCII
	-0.10, // colon inside
	0.05,  // comma inside
	-1.07, // a version
	-2.03, // escaped letters
	-0.71, // begins like a variable
	0.80,  // a password's hash
	-1.20, // begins with a hyphen
	-0.11, // ends like a sentence
	1.09,  // filler words only
	-1.36, // a filler word
	0.46,  // a telling word inside
	1.82,  // says test
	-3.67, // says wrong
	-1.07, // a telling word in a name
	0.95,  // ends the line
	1.08,  // ends a statement
	0.80,  // not in quotes, ends a statement
	-0.44, // an expression goes on
	-1.17, // in a comment
	1.04,  // the line says test
	0.05,  // the line says example
	1.64,  // a user is near
	0.69,  // a host is near
	-0.42, // words before it in the line
	0.11,  // the line is a label
	-0.08, // stands there twice
	-0.29, // in a very long line
	-0.20, // part of its name
	-0.21, // holds its name
	2.21,  // file of tests
	0.85,  // file of examples
	1.22,  // documentation
	-0.07, // source code
	0.34,  // configuration
	0.24,  // environment file
	-0.43, // script
	-2.67, // translations
	-1.80, // code of others
	-0.83, // data
	-0.84, // source code, not in quotes
	-1.12, // source code, a word
	-1.30, // documentation, a word
	1.12,  // tests, a word
	0.75,  // configuration, a word
	-0.01, // configuration, not in quotes
	-0.50, // many times in the file
	0.10,  // the key path says example
	-0.36, // tests or documentation, a dictionary word
}
