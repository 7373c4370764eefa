package detectors

// weights are what the evidence counts, as learnt from labelled text. The
// program in internal/fit wrote this table; docs/accuracy.md says how.
var weights = [features]float32{
	-4.01, // every candidate
	0.82,  // named secret
	-0.28, // named token
	-0.45, // named key
	-0.17, // named auth or credential
	-1.61, // named salt
	0.05,  // given by colon
	-0.19, // given by arrow
	-0.66, // given after a comma
	0.38,  // given in parentheses
	0.32,  // compared with
	0.33,  // text of an element
	-0.29, // given without a sign
	-0.24, // given to an option
	0.53,  // given in a sentence
	0.53,  // given as a default
	0.40,  // value of a pair
	-0.15, // argument of a login
	-0.01, // option of a command
	-0.56, // column of a row
	-1.65, // one of a list
	-1.42, // other words after the telling one
	0.01,  // other words before it
	-0.87, // name in the plural
	-1.70, // named pass
	-1.47, // other arguments follow
	-0.85, // name says test
	-0.07, // name says whose
	0.41,  // name begins with a hyphen
	1.86,  // name in capitals
	0.56,  // name has dots
	-0.52, // 3 or 4 bytes
	-0.35, // 5 bytes
	0.19,  // 6 or 7 bytes
	0.88,  // 8 to 11 bytes
	0.65,  // 12 to 15 bytes
	-0.15, // 16 to 23 bytes
	-0.07, // 24 to 39 bytes
	-0.42, // 40 to 79 bytes
	-0.21, // 80 bytes or more
	-1.45, // short for what machines make
	0.78,  // long, as machines make them
	-0.05, // entropy
	1.53,  // unlike words
	1.14,  // unlike words, and long
	1.25,  // has digits
	-0.53, // digits only
	-1.01, // no letters
	0.35,  // both cases and digits
	0.45,  // has signs
	-0.18, // digits and signs
	1.44,  // changes of kind
	1.11,  // a word
	-1.02, // words where machines make secrets
	-0.09, // capitalised word
	-0.02, // words in camel case
	1.34,  // a word and digits
	-0.78, // not in quotes
	-0.56, // not in quotes, a name
	0.13,  // not in quotes, names with dots
	0.56,  // not in quotes, where machines make secrets
	-0.07, // not in quotes, with digits
	-0.12, // one space
	-1.57, // several spaces
	0.67,  // digits of a digest
	-0.24, // a UUID
	-0.59, // words joined by underscores
	0.53,  // words joined by hyphens
	-0.85, // a constant's name
	-0.77, // names with dots
	-0.97, // a path
	0.00,  // an address
	-0.03, // a mail address
	-0.57, // markup
	-0.85, // signs of code
	0.17,  // format verbs
	-0.51, // letters beyond ASCII
	-0.33, // colon inside
	0.13,  // comma inside
	-0.74, // a version
	-1.08, // escaped letters
	-0.27, // begins like a variable
	0.32,  // a password's hash
	-0.71, // begins with a hyphen
	0.04,  // ends like a sentence
	0.74,  // filler words only
	-0.87, // a filler word
	0.15,  // a telling word inside
	1.25,  // says test
	-2.08, // says wrong
	-0.49, // a telling word in a name
	0.76,  // ends the line
	0.81,  // ends a statement
	0.28,  // not in quotes, ends a statement
	-0.24, // an expression goes on
	-0.93, // in a comment
	0.72,  // the line says test
	0.02,  // the line says example
	1.23,  // a user is near
	0.64,  // a host is near
	-0.17, // words before it in the line
	-0.11, // the line is a label
	-0.12, // stands there twice
	-0.28, // in a very long line
	0.16,  // part of its name
	-0.27, // holds its name
	1.40,  // file of tests
	0.42,  // file of examples
	0.24,  // documentation
	-0.58, // source code
	-0.10, // configuration
	0.13,  // environment file
	-0.43, // script
	-1.85, // translations
	-1.24, // code of others
	-0.57, // data
	-0.75, // source code, not in quotes
	-0.71, // source code, a word
	-1.04, // documentation, a word
	0.66,  // tests, a word
	0.71,  // configuration, a word
	0.09,  // configuration, not in quotes
	-0.56, // many times in the file
	0.01,  // the key path says example
	0.45,  // tests or documentation, a dictionary word
	-0.17, // source code, a variable
	-1.03, // source code, a name given to a constant
}
