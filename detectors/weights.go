package detectors

// weights are what the evidence counts, as learnt from labelled text. The
// program in internal/fit wrote this table; docs/accuracy.md says how.
var weights = [features]float32{
	-3.77, // every candidate
	1.33,  // named secret
	-0.06, // named token
	-0.92, // named key
	-0.28, // named auth or credential
	-2.76, // named salt
	0.36,  // given by colon
	-0.40, // given by arrow
	-0.47, // given after a comma
	0.58,  // given in parentheses
	0.47,  // compared with
	0.03,  // text of an element
	-0.37, // given without a sign
	-0.63, // given to an option
	0.90,  // given in a sentence
	1.30,  // given as a default
	0.36,  // value of a pair
	-0.32, // argument of a login
	-0.28, // option of a command
	-0.71, // column of a row
	-2.58, // one of a list
	-1.91, // other words after the telling one
	0.05,  // other words before it
	-1.07, // name in the plural
	-2.97, // named pass
	-2.33, // other arguments follow
	-1.50, // name says test
	-0.23, // name says whose
	0.78,  // name begins with a hyphen
	2.62,  // name in capitals
	0.86,  // name has dots
	-0.73, // 3 or 4 bytes
	-0.54, // 5 bytes
	0.10,  // 6 or 7 bytes
	1.34,  // 8 to 11 bytes
	1.03,  // 12 to 15 bytes
	-0.15, // 16 to 23 bytes
	-0.06, // 24 to 39 bytes
	-0.70, // 40 to 79 bytes
	-0.27, // 80 bytes or more
	-1.96, // short for what machines make
	1.17,  // long, as machines make them
	-0.25, // entropy
	2.00,  // unlike words
	1.28,  // unlike words, and long
	1.53,  // has digits
	-0.29, // digits only
	-1.42, // no letters
	0.18,  // both cases and digits
	1.00,  // has signs
	-0.34, // digits and signs
	2.06,  // changes of kind
	1.95,  // a word
	-1.39, // words where machines make secrets
	0.26,  // capitalised word
	-0.14, // words in camel case
	1.89,  // a word and digits
	-1.22, // not in quotes
	-0.73, // not in quotes, a name
	0.57,  // not in quotes, names with dots
	1.09,  // not in quotes, where machines make secrets
	-0.36, // not in quotes, with digits
	0.03,  // one space
	-2.55, // several spaces
	-0.15, // digits of a digest
	-0.56, // a UUID
	-0.78, // words joined by underscores
	1.13,  // words joined by hyphens
	-1.41, // a constant's name
	-1.03, // names with dots
	-1.60, // a path
	0.00,  // an address
	-0.30, // a mail address
	-0.86, // markup
	-1.15, // signs of code
	0.27,  // format verbs
	-0.46, // letters beyond ASCII
	-0.48, // colon inside
	0.67,  // comma inside
	-1.01, // a version
	-2.06, // escaped letters
	-0.82, // begins like a variable
	0.73,  // a password's hash
	-1.09, // begins with a hyphen
	-0.04, // ends like a sentence
	0.95,  // filler words only
	-1.49, // a filler word
	0.39,  // a telling word inside
	1.86,  // says test
	-3.71, // says wrong
	-0.90, // a telling word in a name
	0.91,  // ends the line
	0.83,  // ends a statement
	1.05,  // not in quotes, ends a statement
	-0.24, // an expression goes on
	-1.25, // in a comment
	1.01,  // the line says test
	0.14,  // the line says example
	1.60,  // a user is near
	0.68,  // a host is near
	-0.26, // words before it in the line
	0.07,  // the line is a label
	-0.14, // stands there twice
	-0.33, // in a very long line
	-0.10, // part of its name
	-0.09, // holds its name
	2.09,  // file of tests
	0.80,  // file of examples
	1.33,  // documentation
	-0.07, // source code
	0.33,  // configuration
	0.35,  // environment file
	-0.34, // script
	-2.75, // translations
	-1.73, // code of others
	-0.84, // data
	-0.85, // source code, not in quotes
	-1.00, // source code, a word
	-1.66, // documentation, a word
	0.78,  // tests, a word
	0.87,  // configuration, a word
	0.09,  // configuration, not in quotes
	-0.60, // many times in the file
	0.06,  // the key path says example
	0.22,  // tests or documentation, a dictionary word
}
