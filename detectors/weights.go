package detectors

// weights are what the evidence counts, as learnt from labelled text. The
// program in internal/fit wrote this table; docs/accuracy.md says how.
var weights = [features]float32{
	-3.77, // every candidate
	1.44,  // named secret
	0.07,  // named token
	-0.68, // named key
	0.02,  // named auth or credential
	-2.80, // named salt
	0.25,  // given by colon
	-0.37, // given by arrow
	-0.62, // given after a comma
	0.56,  // given in parentheses
	0.93,  // compared with
	0.14,  // text of an element
	-0.27, // given without a sign
	-0.51, // given to an option
	0.02,  // given in a sentence
	0.20,  // given as a default
	-0.02, // value of a pair
	-0.80, // argument of a login
	-0.23, // option of a command
	-0.57, // column of a row
	-2.33, // one of a list
	-1.88, // other words after the telling one
	0.00,  // other words before it
	-1.48, // name in the plural
	-2.53, // named pass
	-1.83, // other arguments follow
	-1.35, // name says test
	-0.53, // name says whose
	0.87,  // name begins with a hyphen
	2.80,  // name in capitals
	0.68,  // name has dots
	-0.42, // 3 or 4 bytes
	-0.35, // 5 bytes
	0.08,  // 6 or 7 bytes
	1.00,  // 8 to 11 bytes
	0.91,  // 12 to 15 bytes
	-0.14, // 16 to 23 bytes
	-0.18, // 24 to 39 bytes
	-0.55, // 40 to 79 bytes
	-0.35, // 80 bytes or more
	-1.81, // short for what machines make
	0.81,  // long, as machines make them
	0.06,  // entropy
	1.89,  // unlike words
	1.40,  // unlike words, and long
	1.62,  // has digits
	-0.24, // digits only
	-1.31, // no letters
	0.22,  // both cases and digits
	0.99,  // has signs
	-0.62, // digits and signs
	2.13,  // changes of kind
	1.90,  // a word
	-1.10, // words where machines make secrets
	0.31,  // capitalised word
	0.15,  // words in camel case
	1.61,  // a word and digits
	-1.38, // not in quotes
	-0.27, // not in quotes, a name
	0.46,  // not in quotes, names with dots
	1.09,  // not in quotes, where machines make secrets
	-0.22, // not in quotes, with digits
	0.15,  // one space
	-2.40, // several spaces
	-0.13, // digits of a digest
	-0.59, // a UUID
	-0.67, // words joined by underscores
	0.67,  // words joined by hyphens
	-1.51, // a constant's name
	-1.09, // names with dots
	-1.86, // a path
	0.00,  // an address
	-0.19, // a mail address
	-0.88, // markup
	-0.97, // signs of code
	0.07,  // format verbs
	-0.35, // letters beyond ASCII
	-0.51, // colon inside
	-0.05, // comma inside
	-0.89, // a version
	-2.15, // escaped letters
	-0.87, // begins like a variable
	0.77,  // a password's hash
	-1.19, // begins with a hyphen
	0.01,  // ends like a sentence
	1.16,  // filler words only
	-1.36, // a filler word
	0.34,  // a telling word inside
	1.65,  // says test
	-2.53, // says wrong
	-0.92, // a telling word in a name
	0.72,  // ends the line
	0.91,  // ends a statement
	0.83,  // not in quotes, ends a statement
	-0.53, // an expression goes on
	-0.99, // in a comment
	1.03,  // the line says test
	0.11,  // the line says example
	1.70,  // a user is near
	0.64,  // a host is near
	-1.04, // words before it in the line
	-0.17, // the line is a label
	-0.10, // stands there twice
	-0.32, // in a very long line
	-0.37, // part of its name
	-0.21, // holds its name
	2.10,  // file of tests
	0.79,  // file of examples
	1.47,  // documentation
	-0.15, // source code
	0.16,  // configuration
	0.25,  // environment file
	-0.20, // script
	-2.66, // translations
	-1.72, // code of others
	-0.98, // data
	-0.49, // source code, not in quotes
	-0.99, // source code, a word
	-1.46, // documentation, a word
	0.68,  // tests, a word
	0.14,  // configuration, a word
	0.48,  // configuration, not in quotes
	-0.44, // many times in the file
	0.20,  // the key path says example
}
