// Package fault names the mistakes that can be told before anything runs. Each
// kind of mistake has a code that stays the same however its message is worded,
// so that people can look it up and programs can tell it from others.
//
// To add one: a constant here, a row in [Table], and the constant where the
// mistake is found. A test has check find the mistake of each row, and nothing
// wrong with its remedy.
package fault

// A Code is "JR" and three digits: 0 of the spec as a file, 1 of what stands in
// it, 2 of its scripts. A code is never given another meaning.
type Code string

// Codes of the file, its keys and its values.
const (
	NotYAML        Code = "JR001"
	Empty          Code = "JR002"
	NotText        Code = "JR003"
	TooLarge       Code = "JR004"
	SecondDocument Code = "JR005"
	NotPlain       Code = "JR006"
	TooMany        Code = "JR007"
	NotMapping     Code = "JR010"
	NotName        Code = "JR011"
	UnknownKey     Code = "JR012"
	KeyTwice       Code = "JR013"
	MissingKey     Code = "JR014"
	EmptyValue     Code = "JR015"
	WrongType      Code = "JR016"
	UnknownValue   Code = "JR017"
	NotNumber      Code = "JR018"
	OutOfRange     Code = "JR019"
	BadTime        Code = "JR020"
)

// Codes of what stands in a spec: cells, parameters, data, citations.
const (
	BadID           Code = "JR101"
	IDTwice         Code = "JR102"
	NoBody          Code = "JR103"
	TwoBodies       Code = "JR104"
	Folded          Code = "JR105"
	NotTimed        Code = "JR106"
	BadName         Code = "JR110"
	ReservedName    Code = "JR111"
	WrongKind       Code = "JR112"
	MixedList       Code = "JR113"
	BadBounds       Code = "JR114"
	BadUnit         Code = "JR115"
	NotRadius       Code = "JR116"
	NotQuality      Code = "JR117"
	ValueTwice      Code = "JR118"
	TooManyVariants Code = "JR119"
	PathNeeded      Code = "JR120"
	PathRefused     Code = "JR121"
	OutsideFolder   Code = "JR130"
	Unreadable      Code = "JR131"
	BadCitation     Code = "JR140"
	NoSuchParameter Code = "JR141"
)

// Codes of scripts.
const (
	Syntax       Code = "JR201"
	Undefined    Code = "JR202"
	BadImport    Code = "JR203"
	TypeError    Code = "JR204"
	Unused       Code = "JR205"
	Redeclared   Code = "JR206"
	TooEarly     Code = "JR207"
	Concurrent   Code = "JR208"
	NoPlace      Code = "JR209"
	NotSupported Code = "JR210"
	Foreign      Code = "JR211"
)

// An Entry explains a code.
type Entry struct {
	Code    Code
	Meaning string // a sentence without its full stop
	Wrong   string // the mistake, where a few lines show it: part of a spec, or of a script from JR200 on
	Right   string // the remedy
}

// Lookup returns what is known of a code; ok is false when it is none.
func Lookup(c Code) (e Entry, ok bool) {
	for _, e := range Table() {
		if e.Code == c {
			return e, true
		}
	}
	return Entry{}, false
}
