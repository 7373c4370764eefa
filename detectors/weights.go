package detectors

// weights are what the evidence counts, as learnt from labelled text. The
// program in internal/fit wrote this table; docs/accuracy.md says how.
var weights = [features]float32{
	-4.50, // every candidate
	1.56,  // named secret
	-0.80, // named token
	-0.86, // named key
	-0.06, // named auth or credential
	-0.68, // named salt
	1.00,  // given by colon
	-0.30, // given by arrow
	-0.79, // given after a comma
	0.34,  // given in parentheses
	0.28,  // compared with
	0.00,  // text of an element
	-0.52, // given without a sign
	-0.34, // given to an option
	0.56,  // given in a sentence
	0.98,  // given as a default
	-0.36, // value of a pair
	-0.19, // argument of a login
	-0.39, // option of a command
	-0.81, // column of a row
	-0.49, // one of a list
	-0.31, // other words after the telling one
	-0.55, // other words before it
	-0.45, // name in the plural
	-0.04, // name says test
	0.37,  // name says whose
	-0.18, // name begins with a hyphen
	1.72,  // name in capitals
	0.96,  // name has dots
	-0.37, // 3 or 4 bytes
	0.15,  // 5 bytes
	-0.61, // 6 or 7 bytes
	1.69,  // 8 to 11 bytes
	-0.00, // 12 to 15 bytes
	-0.82, // 16 to 23 bytes
	0.24,  // 24 to 39 bytes
	-0.16, // 40 to 79 bytes
	-0.12, // 80 bytes or more
	-2.12, // short for what machines make
	0.40,  // long, as machines make them
	0.74,  // entropy
	1.10,  // unlike words
	0.90,  // unlike words, and long
	1.98,  // has digits
	-0.67, // digits only
	-0.52, // no letters
	0.13,  // both cases and digits
	0.01,  // has signs
	0.18,  // digits and signs
	1.42,  // changes of kind
	2.50,  // a word
	-0.70, // words where machines make secrets
	-0.07, // capitalised word
	-0.13, // words in camel case
	0.81,  // a word and digits
	-1.67, // not in quotes
	-0.29, // not in quotes, a name
	0.03,  // not in quotes, names with dots
	0.63,  // not in quotes, where machines make secrets
	-0.29, // not in quotes, with digits
	0.21,  // one space
	-2.32, // several spaces
	0.57,  // digits of a digest
	0.00,  // a UUID
	-0.32, // words joined by underscores
	-0.64, // words joined by hyphens
	-1.29, // a constant's name
	-1.09, // names with dots
	-0.67, // a path
	0.00,  // an address
	0.00,  // a mail address
	-0.18, // markup
	-1.54, // signs of code
	0.08,  // format verbs
	-0.72, // letters beyond ASCII
	1.03,  // colon inside
	-0.59, // comma inside
	-0.13, // a version
	-1.22, // escaped letters
	-0.94, // begins like a variable
	-0.18, // a password's hash
	0.00,  // begins with a hyphen
	-0.16, // ends like a sentence
	1.38,  // filler words only
	-1.08, // a filler word
	-0.14, // a telling word inside
	1.20,  // says test
	-0.91, // says wrong
	-1.70, // a telling word in a name
	1.53,  // ends the line
	1.40,  // ends a statement
	-0.24, // not in quotes, ends a statement
	-1.11, // an expression goes on
	-0.75, // in a comment
	0.97,  // the line says test
	-0.68, // the line says example
	1.13,  // a user is near
	1.13,  // a host is near
	0.14,  // words before it in the line
	-0.29, // the line is a label
	-0.80, // stands there twice
	-0.61, // in a very long line
	0.71,  // part of its name
	0.06,  // holds its name
	2.07,  // file of tests
	-0.05, // file of examples
	0.63,  // documentation
	1.41,  // source code
	-0.23, // configuration
	0.08,  // environment file
	0.11,  // script
	-2.25, // translations
	-0.86, // code of others
	-0.81, // data
	-2.36, // source code, not in quotes
	-1.17, // source code, a word
	-1.19, // documentation, a word
	0.83,  // tests, a word
	0.77,  // configuration, a word
	1.33,  // configuration, not in quotes
	-1.34, // many times in the file
	0.00,  // the key path says example
}
