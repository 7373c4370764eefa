package detectors

// A feature is one thing that counts for or against a value being a secret.
type feature int

// The features, in the order of featureNames and of the table of weights.
const (
	fBias feature = iota

	// What the telling word promises; a password is none of these.
	fSecret
	fToken
	fKey
	fAuth
	fSalt

	// How the value is given, in the order of manner; an assignment is none.
	fColon
	fArrow
	fComma
	fParen
	fCompare
	fElement
	fBlank
	fOption
	fProse
	fDefault
	fPair
	fCall
	fCommand
	fRow

	// The name beside its telling word.
	fListed
	fTail
	fHead
	fPlural
	fPassAlone
	fMoreArgs
	fNameTest
	fNameUser
	fOptionName
	fNameUpper
	fNameDotted

	// What the value consists of.
	fLength3
	fLength5
	fLength6
	fLength8
	fLength12
	fLength16
	fLength24
	fLength40
	fLength80
	fShortMachine
	fLongMachine
	fEntropy
	fOdd
	fOddLong
	fDigits
	fOnlyDigits
	fNoLetters
	fMixed
	fSymbols
	fDigitsAndSymbols
	fSwitches
	fWord
	fWordMachine
	fCapital
	fCamel
	fWordDigits
	fBare
	fBareWord
	fBareDotted
	fBareMachine
	fBareStrong

	// Forms that tell what it is.
	fSpace
	fSpaces
	fHexDigest
	fUUID
	fSnake
	fKebab
	fConstant
	fDotted
	fPath
	fURL
	fMail
	fMarkup
	fCode
	fFormat
	fForeign
	fColonInside
	fCommaInside
	fVersion
	fSystematic
	fVariable
	fHash
	fDash
	fSentenceEnd
	fFiller
	fPlaceholderWord
	fTellingWord
	fTestWord
	fFakeWord
	fTellingCode

	// What stands near.
	fEndsLine
	fEndsStatement
	fBareStatement
	fGoesOn
	fComment
	fTestLine
	fExampleLine
	fUserNear
	fHostNear
	fTextLine
	fTranslation
	fTwice
	fLongLine
	fInName
	fNameInside

	// Where the value lies. These are known late, and are weighed by Weigh.
	fInTests
	fInExamples
	fInDocs
	fInCode
	fInConfig
	fInEnvFile
	fInScript
	fInTranslations
	fInVendored
	fInData
	fCodeBare
	fCodeWord
	fDocsWord
	fTestsWord
	fConfigWord
	fConfigBare
	fManyTimes
	fKeyExample
	fPlainWord
	fCodeName
	fCodeConstant

	features
)

// featureNames say for people what each feature is.
var featureNames = [features]string{
	"every candidate", "named secret", "named token", "named key", "named auth or credential", "named salt",
	"given by colon", "given by arrow", "given after a comma", "given in parentheses", "compared with", "text of an element",
	"given without a sign", "given to an option", "given in a sentence", "given as a default", "value of a pair", "argument of a login",
	"option of a command", "column of a row",
	"one of a list", "other words after the telling one", "other words before it", "name in the plural", "named pass", "other arguments follow", "name says test", "name says whose",
	"name begins with a hyphen", "name in capitals", "name has dots",
	"3 or 4 bytes", "5 bytes", "6 or 7 bytes", "8 to 11 bytes", "12 to 15 bytes", "16 to 23 bytes", "24 to 39 bytes", "40 to 79 bytes", "80 bytes or more",
	"short for what machines make", "long, as machines make them", "entropy", "unlike words", "unlike words, and long", "has digits",
	"digits only", "no letters", "both cases and digits", "has signs", "digits and signs", "changes of kind", "a word",
	"words where machines make secrets", "capitalised word", "words in camel case", "a word and digits", "not in quotes", "not in quotes, a name",
	"not in quotes, names with dots", "not in quotes, where machines make secrets", "not in quotes, with digits",
	"one space", "several spaces", "digits of a digest", "a UUID", "words joined by underscores", "words joined by hyphens", "a constant's name",
	"names with dots", "a path", "an address", "a mail address", "markup", "signs of code", "format verbs", "letters beyond ASCII",
	"colon inside", "comma inside", "a version", "escaped letters", "begins like a variable", "a password's hash", "begins with a hyphen", "ends like a sentence",
	"filler words only", "a filler word", "a telling word inside", "says test", "says wrong", "a telling word in a name",
	"ends the line", "ends a statement", "not in quotes, ends a statement", "an expression goes on", "in a comment", "the line says test", "the line says example",
	"a user is near", "a host is near", "words before it in the line", "the line is a label", "stands there twice", "in a very long line", "part of its name", "holds its name",
	"file of tests", "file of examples", "documentation", "source code", "configuration", "environment file", "script", "translations",
	"code of others", "data", "source code, not in quotes", "source code, a word", "documentation, a word", "tests, a word",
	"configuration, a word", "configuration, not in quotes", "many times in the file", "the key path says example", "tests or documentation, a dictionary word", "source code, a variable", "source code, a name given to a constant",
}
