package detectors

// weights are what the evidence counts, as learnt from labelled text. The
// program in internal/fit wrote this table; docs/accuracy.md says how.
var weights = [features]float32{
	-3.95, // every candidate
	1.24,  // named secret
	-0.05, // named token
	-0.92, // named key
	-0.18, // named auth or credential
	-2.88, // named salt
	0.42,  // given by colon
	-0.27, // given by arrow
	-0.87, // given after a comma
	0.45,  // given in parentheses
	0.53,  // compared with
	0.09,  // text of an element
	-0.30, // given without a sign
	-0.59, // given to an option
	0.46,  // given in a sentence
	0.62,  // given as a default
	0.39,  // value of a pair
	-0.47, // argument of a login
	-0.20, // option of a command
	-0.75, // column of a row
	-2.59, // one of a list
	-1.91, // other words after the telling one
	0.05,  // other words before it
	-1.21, // name in the plural
	-2.99, // named pass
	-1.92, // other arguments follow
	-1.42, // name says test
	-0.28, // name says whose
	0.86,  // name begins with a hyphen
	2.58,  // name in capitals
	0.75,  // name has dots
	-0.87, // 3 or 4 bytes
	-0.68, // 5 bytes
	-0.04, // 6 or 7 bytes
	1.38,  // 8 to 11 bytes
	1.15,  // 12 to 15 bytes
	-0.11, // 16 to 23 bytes
	-0.03, // 24 to 39 bytes
	-0.61, // 40 to 79 bytes
	-0.18, // 80 bytes or more
	-1.93, // short for what machines make
	1.14,  // long, as machines make them
	-0.28, // entropy
	2.10,  // unlike words
	1.38,  // unlike words, and long
	1.49,  // has digits
	-0.34, // digits only
	-1.41, // no letters
	0.21,  // both cases and digits
	0.97,  // has signs
	-0.50, // digits and signs
	2.19,  // changes of kind
	1.85,  // a word
	-1.35, // words where machines make secrets
	0.04,  // capitalised word
	-0.27, // words in camel case
	1.97,  // a word and digits
	-1.22, // not in quotes
	-0.71, // not in quotes, a name
	0.51,  // not in quotes, names with dots
	1.09,  // not in quotes, where machines make secrets
	-0.34, // not in quotes, with digits
	0.10,  // one space
	-2.41, // several spaces
	-0.07, // digits of a digest
	-0.54, // a UUID
	-0.75, // words joined by underscores
	1.16,  // words joined by hyphens
	-1.37, // a constant's name
	-0.94, // names with dots
	-1.59, // a path
	0.00,  // an address
	-0.25, // a mail address
	-0.83, // markup
	-1.07, // signs of code
	0.18,  // format verbs
	-0.47, // letters beyond ASCII
	-0.48, // colon inside
	0.18,  // comma inside
	-1.00, // a version
	-2.05, // escaped letters
	-0.74, // begins like a variable
	0.80,  // a password's hash
	-1.10, // begins with a hyphen
	-0.10, // ends like a sentence
	1.05,  // filler words only
	-1.45, // a filler word
	0.41,  // a telling word inside
	1.88,  // says test
	-3.66, // says wrong
	-0.99, // a telling word in a name
	1.09,  // ends the line
	1.23,  // ends a statement
	0.84,  // not in quotes, ends a statement
	-0.30, // an expression goes on
	-1.25, // in a comment
	1.00,  // the line says test
	0.18,  // the line says example
	1.61,  // a user is near
	0.69,  // a host is near
	-0.41, // words before it in the line
	0.10,  // the line is a label
	-0.07, // stands there twice
	-0.25, // in a very long line
	-0.12, // part of its name
	-0.22, // holds its name
	2.12,  // file of tests
	0.94,  // file of examples
	1.16,  // documentation
	-0.07, // source code
	0.38,  // configuration
	0.32,  // environment file
	-0.20, // script
	-2.75, // translations
	-1.78, // code of others
	-0.82, // data
	-0.79, // source code, not in quotes
	-1.11, // source code, a word
	-1.53, // documentation, a word
	0.86,  // tests, a word
	0.87,  // configuration, a word
	0.06,  // configuration, not in quotes
	-0.66, // many times in the file
	0.07,  // the key path says example
	0.47,  // tests or documentation, a dictionary word
}
