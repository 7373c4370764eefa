package detectors

// weights are what the evidence counts, as learnt from labelled text. The
// program in internal/fit wrote this table; docs/accuracy.md says how.
var weights = [features]float32{
	-3.73, // every candidate
	1.39,  // named secret
	0.07,  // named token
	-0.68, // named key
	0.00,  // named auth or credential
	-2.74, // named salt
	0.27,  // given by colon
	-0.35, // given by arrow
	-0.62, // given after a comma
	0.57,  // given in parentheses
	0.96,  // compared with
	0.15,  // text of an element
	-0.26, // given without a sign
	-0.52, // given to an option
	0.04,  // given in a sentence
	0.16,  // given as a default
	-0.01, // value of a pair
	-0.80, // argument of a login
	-0.23, // option of a command
	-0.59, // column of a row
	-2.33, // one of a list
	-1.91, // other words after the telling one
	-0.02, // other words before it
	-1.41, // name in the plural
	-2.55, // named pass
	-1.81, // other arguments follow
	-1.33, // name says test
	-0.52, // name says whose
	0.87,  // name begins with a hyphen
	2.81,  // name in capitals
	0.63,  // name has dots
	-0.46, // 3 or 4 bytes
	-0.38, // 5 bytes
	0.06,  // 6 or 7 bytes
	0.97,  // 8 to 11 bytes
	0.87,  // 12 to 15 bytes
	-0.20, // 16 to 23 bytes
	-0.14, // 24 to 39 bytes
	-0.45, // 40 to 79 bytes
	-0.26, // 80 bytes or more
	-1.82, // short for what machines make
	0.74,  // long, as machines make them
	0.03,  // entropy
	1.88,  // unlike words
	1.40,  // unlike words, and long
	1.59,  // has digits
	-0.22, // digits only
	-1.29, // no letters
	0.24,  // both cases and digits
	0.99,  // has signs
	-0.60, // digits and signs
	2.20,  // changes of kind
	1.88,  // a word
	-1.05, // words where machines make secrets
	0.34,  // capitalised word
	0.16,  // words in camel case
	1.59,  // a word and digits
	-1.36, // not in quotes
	-0.29, // not in quotes, a name
	0.47,  // not in quotes, names with dots
	1.01,  // not in quotes, where machines make secrets
	-0.26, // not in quotes, with digits
	0.15,  // one space
	-2.39, // several spaces
	-0.10, // digits of a digest
	-0.58, // a UUID
	-0.65, // words joined by underscores
	0.68,  // words joined by hyphens
	-1.54, // a constant's name
	-1.08, // names with dots
	-2.23, // a path
	0.00,  // an address
	-0.20, // a mail address
	-0.85, // markup
	-1.23, // signs of code
	0.09,  // format verbs
	-0.35, // letters beyond ASCII
	-0.49, // colon inside
	-0.00, // comma inside
	-0.90, // a version
	-2.16, // escaped letters
	-0.93, // begins like a variable
	0.77,  // a password's hash
	-1.24, // begins with a hyphen
	0.01,  // ends like a sentence
	1.15,  // filler words only
	-1.32, // a filler word
	0.40,  // a telling word inside
	1.66,  // says test
	-2.52, // says wrong
	-0.96, // a telling word in a name
	0.73,  // ends the line
	0.93,  // ends a statement
	0.85,  // not in quotes, ends a statement
	-0.55, // an expression goes on
	-0.97, // in a comment
	1.02,  // the line says test
	0.12,  // the line says example
	1.67,  // a user is near
	0.64,  // a host is near
	-1.04, // words before it in the line
	-0.19, // the line is a label
	-0.11, // stands there twice
	-0.31, // in a very long line
	-0.38, // part of its name
	-0.22, // holds its name
	2.06,  // file of tests
	0.83,  // file of examples
	1.38,  // documentation
	-0.10, // source code
	0.17,  // configuration
	0.28,  // environment file
	-0.19, // script
	-2.67, // translations
	-1.69, // code of others
	-1.00, // data
	-0.45, // source code, not in quotes
	-1.04, // source code, a word
	-1.37, // documentation, a word
	0.70,  // tests, a word
	0.13,  // configuration, a word
	0.49,  // configuration, not in quotes
	-0.44, // many times in the file
	0.20,  // the key path says example
}
