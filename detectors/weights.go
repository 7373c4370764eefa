package detectors

// weights are what the evidence counts, as learnt from labelled text. The
// program in internal/fit wrote this table; docs/accuracy.md says how.
var weights = [features]float32{
	-3.57, // every candidate
	1.67,  // named secret
	-0.05, // named token
	-1.24, // named key
	-0.27, // named auth or credential
	-2.78, // named salt
	0.31,  // given by colon
	-0.38, // given by arrow
	-0.77, // given after a comma
	0.85,  // given in parentheses
	0.54,  // compared with
	0.02,  // text of an element
	-0.58, // given without a sign
	-0.14, // given to an option
	0.08,  // given in a sentence
	-0.61, // given as a default
	-0.20, // value of a pair
	-1.51, // argument of a login
	-0.20, // option of a command
	-0.50, // column of a row
	-2.54, // one of a list
	-2.05, // other words after the telling one
	-0.11, // other words before it
	-0.97, // name in the plural
	-2.28, // named pass
	-0.91, // other arguments follow
	-0.83, // name says test
	-0.35, // name says whose
	-0.13, // name begins with a hyphen
	2.78,  // name in capitals
	0.65,  // name has dots
	-0.09, // 3 or 4 bytes
	0.29,  // 5 bytes
	0.20,  // 6 or 7 bytes
	0.93,  // 8 to 11 bytes
	0.21,  // 12 to 15 bytes
	-0.77, // 16 to 23 bytes
	-0.19, // 24 to 39 bytes
	-0.56, // 40 to 79 bytes
	-0.01, // 80 bytes or more
	-1.44, // short for what machines make
	0.41,  // long, as machines make them
	0.54,  // entropy
	1.31,  // unlike words
	1.60,  // unlike words, and long
	0.99,  // has digits
	0.26,  // digits only
	-1.09, // no letters
	1.12,  // both cases and digits
	-0.10, // has signs
	-0.44, // digits and signs
	1.70,  // changes of kind
	2.04,  // a word
	-1.47, // words where machines make secrets
	0.21,  // capitalised word
	-0.04, // words in camel case
	1.07,  // a word and digits
	-1.72, // not in quotes
	-0.39, // not in quotes, a name
	-0.17, // not in quotes, names with dots
	0.44,  // not in quotes, where machines make secrets
	-0.03, // not in quotes, with digits
	0.19,  // one space
	-2.36, // several spaces
	-0.01, // digits of a digest
	-0.38, // a UUID
	-0.23, // words joined by underscores
	-0.66, // words joined by hyphens
	-1.98, // a constant's name
	-1.87, // names with dots
	-1.92, // a path
	0.00,  // an address
	-0.74, // a mail address
	-1.47, // markup
	-1.32, // signs of code
	0.13,  // format verbs
	-0.44, // letters beyond ASCII
	0.34,  // colon inside
	0.44,  // comma inside
	-0.91, // a version
	-2.10, // escaped letters
	-2.02, // begins like a variable
	0.79,  // a password's hash
	-0.73, // begins with a hyphen
	0.12,  // ends like a sentence
	1.16,  // filler words only
	-1.49, // a filler word
	0.14,  // a telling word inside
	2.05,  // says test
	-2.96, // says wrong
	-0.71, // a telling word in a name
	1.15,  // ends the line
	1.23,  // ends a statement
	1.13,  // not in quotes, ends a statement
	-0.88, // an expression goes on
	-0.92, // in a comment
	0.68,  // the line says test
	-0.50, // the line says example
	1.87,  // a user is near
	0.71,  // a host is near
	-0.65, // words before it in the line
	-0.14, // the line is a label
	-0.65, // stands there twice
	-0.27, // in a very long line
	-0.14, // part of its name
	-0.23, // holds its name
	1.77,  // file of tests
	0.44,  // file of examples
	1.35,  // documentation
	0.74,  // source code
	0.64,  // configuration
	0.13,  // environment file
	0.57,  // script
	-2.70, // translations
	-1.83, // code of others
	-0.91, // data
	-2.16, // source code, not in quotes
	-1.77, // source code, a word
	-1.30, // documentation, a word
	0.97,  // tests, a word
	-0.27, // configuration, a word
	0.54,  // configuration, not in quotes
	-0.52, // many times in the file
	0.00,  // the key path says example
}
