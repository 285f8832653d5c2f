package spec

// A key is what may stand in a mapping of a spec: the parser allows these and no
// others, and [Schema] tells them to editors.
type key struct {
	name string
	help string // what an editor shows beside it
	form form   // of its value
	body bool   // of a cell: it says what the cell is, and a cell has one such key
}

// A form is a JSON Schema.
type form = map[string]any

var (
	textForm   = form{"type": "string"}
	linesForm  = form{"type": "string", "minLength": 1}
	numberForm = form{"type": "number"}
	timeForm   = form{"type": "string", "pattern": `^([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+$`}
	nameForm   = form{"pattern": snakeCase.String()}
	digestForm = form{"type": "string", "pattern": hexDigest.String()}
	sideForm   = form{"type": "integer", "minimum": 1, "maximum": maxSide}
	sidesForm  = form{"anyOf": []form{sideForm, {"type": "array", "minItems": 2, "maxItems": 2, "items": sideForm}}}

	channelsForm = form{"anyOf": []form{numberForm, {"type": "array", "minItems": 1, "maxItems": 3, "items": numberForm}}}
	classesForm  = form{"anyOf": []form{{"enum": classLists}, {"type": "array", "minItems": 1, "items": textForm}}}
)

var specTable = []key{
	{name: "title", help: "The title of the report.", form: linesForm},
	{name: "abstract", help: "What the report says first: Markdown, which may cite results as {{metric \"name\"}}, {{value \"name\"}} and {{param \"name\"}}.", form: textForm},
	{name: "seed", help: "The root of all random numbers; 0 when it is left out.", form: form{"type": "integer", "minimum": 0, "maximum": uint64(MaxSeed)}},
	{name: "timeout", help: "The time that the whole run may take, such as 10m.", form: timeForm},
	{name: "params", help: "Values that scripts and texts use by name, and that -P NAME=VALUE replaces.", form: paramsForm()},
	{name: "sweep", help: "Parameters, or the seed, each with the values that it takes in turn: the run has a variant for each combination.", form: form{"type": "object", "additionalProperties": form{"type": "array", "minItems": 1, "uniqueItems": true}}},
	{name: "data", help: "Data sets that scripts open by name with dataset.Open.", form: form{"type": "object", "propertyNames": nameForm, "additionalProperties": form{"anyOf": []form{
		{"enum": Sources()}, object(dataTable, "source"),
	}}}},
	{name: "models", help: "Models that scripts open by name with model.Open, or train with model.Train.", form: form{"type": "object", "propertyNames": nameForm, "additionalProperties": form{"anyOf": []form{
		{"enum": architectures}, modelForm(),
	}}}},
	{name: "cells", help: "The report from top to bottom: text and scripts. Scripts share what they declare.", form: form{"type": "array", "minItems": 1, "items": cellForm()}},
}

var cellTable = []key{
	{name: "id", help: "The name of the cell in messages, links and the record.", form: form{"type": "string", "pattern": cellID.String()}},
	{name: "text", help: "Markdown, which may cite results as {{metric \"name\"}}, {{value \"name\"}} and {{param \"name\"}}.", form: linesForm, body: true},
	{name: "script", help: "Go, in a literal block (|). ctx, params, out and must need no import.", form: linesForm, body: true},
	{name: "file", help: "A script in a file of its own, its path relative to the spec.", form: linesForm, body: true},
	{name: "timeout", help: "The time that the script may take, such as 90s.", form: timeForm},
}

var dataTable = []key{
	{name: "source", help: "Where the data come from: mnist is embedded, folder is a folder of pictures, ilsvrc the validation pictures of ImageNet, idx are IDX files, cifar-10 and cifar-100 their binary versions.", form: form{"enum": Sources()}},
	{name: "path", help: "The folder, relative to the spec; outside its folder it needs --allow-read.", form: linesForm},
	{name: "classes", help: "Names of the labels, in their order, or the name of a known list.", form: classesForm},
	{name: "sha256", help: "The digest that the set has to have, as the report of a run names it.", form: digestForm},
	{name: "labels", help: "Of pictures: a CSV file with a column file and columns label and group, or none. Without it, pictures in folders have the folders' names for classes.", form: linesForm},
	{name: "synsets", help: "Of ilsvrc with labels that are numbers: the file of the development kit that has its order of classes, meta.mat or, in later kits, map_clsloc.txt.", form: linesForm},
	{name: "columns", help: "Of pictures: what the columns of the CSV file are called, where not file, label and group.", form: object(columnTable)},
	{name: "broken", help: "Of pictures: whether those that cannot be used fail the run, which is the default, or are left out with a warning.", form: form{"enum": whenBroken}},
	{name: "resize", help: "Of pictures: the new length of the shorter side, or height and width.", form: sidesForm},
	{name: "crop", help: "Of pictures: the edge of the square that is cut from the middle, or its height and width.", form: sidesForm},
	{name: "interpolation", help: "Of pictures: how resize interpolates; bilinear when it is left out.", form: form{"enum": interpolations}},
	{name: "channels", help: "Of pictures: 3 for red, green and blue, which is the default, or 1 for grey.", form: form{"enum": []int{1, 3}}},
	{name: "background", help: "Of pictures: red, green and blue behind transparent ones; white when it is left out.", form: form{"type": "array", "minItems": 3, "maxItems": 3, "items": form{"type": "integer", "minimum": 0, "maximum": 255}}},
}

var modelTable = []key{
	{name: "source", help: "Where the model comes from: onnx is an ONNX file, architecture is one that the run trains.", form: form{"enum": modelSources}},
	{name: "architecture", help: "The architecture that the run trains.", form: form{"enum": architectures}},
	{name: "path", help: "The ONNX file, relative to the spec; outside its folder it needs --allow-read.", form: linesForm},
	{name: "sha256", help: "The digest that the file has to have.", form: digestForm},
	{name: "mean", help: "Of an ONNX file: what is taken from samples in 0..1, for all channels or for red, green and blue.", form: channelsForm},
	{name: "std", help: "Of an ONNX file: what samples are divided by thereafter.", form: channelsForm},
	{name: "classes", help: "Names of the labels, in their order, or the name of a known list.", form: classesForm},
}

var columnTable = []key{
	{name: "file", help: "The column of the pictures' names in the folder.", form: linesForm},
	{name: "label", help: "The column of their classes, by name or number.", form: linesForm},
	{name: "group", help: "The column of the photographs that they were cut from.", form: linesForm},
}

var paramTable = []key{
	{name: "value", help: "The value, or a list of values of one kind."},
	{name: "unit", help: "The unit that texts and charts show; /255 makes it an L∞ radius on the 0..255 scale.", form: textForm},
	{name: "help", help: "What the parameter is, for readers.", form: textForm},
	{name: "min", help: "The least that a number may be.", form: numberForm},
	{name: "max", help: "The most that a number may be.", form: numberForm},
	{name: "kind", help: "The kind of the value, where the value does not show it.", form: form{"enum": kinds}},
}

// names returns the names of keys.
func names(keys []key) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = k.name
	}
	return out
}

// bodyKeys returns the names of the keys that say what a cell is.
func bodyKeys() []string {
	var out []string
	for _, k := range cellTable {
		if k.body {
			out = append(out, k.name)
		}
	}
	return out
}
