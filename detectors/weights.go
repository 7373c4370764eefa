package detectors

// weights are what the evidence counts, as learnt from labelled text. The
// program in internal/fit wrote this table; docs/accuracy.md says how.
var weights = [features]float32{
	-3.97, // every candidate
	0.83,  // named secret
	-0.29, // named token
	-0.46, // named key
	-0.19, // named auth or credential
	-1.59, // named salt
	0.03,  // given by colon
	-0.27, // given by arrow
	-0.64, // given after a comma
	0.38,  // given in parentheses
	0.35,  // compared with
	0.33,  // text of an element
	-0.28, // given without a sign
	-0.56, // given to an option
	0.57,  // given in a sentence
	0.54,  // given as a default
	0.41,  // value of a pair
	-0.12, // argument of a login
	0.00,  // option of a command
	-0.55, // column of a row
	-1.67, // one of a list
	-1.40, // other words after the telling one
	0.01,  // other words before it
	-0.87, // name in the plural
	-1.66, // named pass
	-1.48, // other arguments follow
	-0.84, // name says test
	-0.12, // name says whose
	0.15,  // name begins with a hyphen
	1.88,  // name in capitals
	0.58,  // name has dots
	-0.59, // 3 or 4 bytes
	-0.34, // 5 bytes
	0.24,  // 6 or 7 bytes
	0.88,  // 8 to 11 bytes
	0.67,  // 12 to 15 bytes
	-0.15, // 16 to 23 bytes
	-0.09, // 24 to 39 bytes
	-0.42, // 40 to 79 bytes
	-0.21, // 80 bytes or more
	-1.45, // short for what machines make
	0.75,  // long, as machines make them
	-0.03, // entropy
	1.55,  // unlike words
	1.14,  // unlike words, and long
	1.26,  // has digits
	-0.51, // digits only
	-0.98, // no letters
	0.36,  // both cases and digits
	0.46,  // has signs
	-0.20, // digits and signs
	1.45,  // changes of kind
	1.15,  // a word
	-1.00, // words where machines make secrets
	-0.10, // capitalised word
	0.02,  // words in camel case
	1.34,  // a word and digits
	-0.75, // not in quotes
	-0.50, // not in quotes, a name
	0.13,  // not in quotes, names with dots
	0.54,  // not in quotes, where machines make secrets
	-0.10, // not in quotes, with digits
	-0.27, // one space
	-1.55, // several spaces
	0.68,  // digits of a digest
	-0.23, // a UUID
	-0.57, // words joined by underscores
	0.61,  // words joined by hyphens
	-0.83, // a constant's name
	-0.74, // names with dots
	-0.97, // a path
	0.00,  // an address
	-0.02, // a mail address
	-0.57, // markup
	-0.84, // signs of code
	0.18,  // format verbs
	-0.51, // letters beyond ASCII
	-0.33, // colon inside
	0.09,  // comma inside
	-0.73, // a version
	-1.08, // escaped letters
	-0.26, // begins like a variable
	0.33,  // a password's hash
	-0.71, // begins with a hyphen
	0.05,  // ends like a sentence
	0.73,  // filler words only
	-0.84, // a filler word
	0.11,  // a telling word inside
	1.29,  // says test
	-2.06, // says wrong
	-0.54, // a telling word in a name
	0.81,  // ends the line
	0.84,  // ends a statement
	0.29,  // not in quotes, ends a statement
	-0.21, // an expression goes on
	-0.88, // in a comment
	0.70,  // the line says test
	0.08,  // the line says example
	1.26,  // a user is near
	0.60,  // a host is near
	-0.16, // words before it in the line
	-0.08, // the line is a label
	-0.17, // stands there twice
	-0.29, // in a very long line
	0.19,  // part of its name
	-0.24, // holds its name
	1.38,  // file of tests
	0.36,  // file of examples
	0.19,  // documentation
	-0.55, // source code
	-0.08, // configuration
	0.09,  // environment file
	-0.43, // script
	-1.85, // translations
	-1.23, // code of others
	-0.57, // data
	-0.75, // source code, not in quotes
	-0.67, // source code, a word
	-1.12, // documentation, a word
	0.56,  // tests, a word
	0.73,  // configuration, a word
	0.05,  // configuration, not in quotes
	-0.58, // many times in the file
	0.01,  // the key path says example
	0.41,  // tests or documentation, a dictionary word
	-0.17, // source code, a variable
	-1.06, // source code, a name given to a constant
}
