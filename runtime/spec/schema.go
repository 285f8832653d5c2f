package spec

import (
	"bytes"
	"encoding/json"
)

// Schema returns the JSON Schema (draft 7) of a spec, by which editors complete
// and check it. It knows the keys, types and bounds; what hangs together, such
// as a citation and its parameter, only [Parse] sees.
func Schema() []byte {
	root := object(specTable, "title", "cells")
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = "An experiment of jpgreport"
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(root); err != nil {
		panic(err) // literals of this package
	}
	return b.Bytes()
}

// object returns the form of a mapping of the keys and no others.
func object(keys []key, required ...string) form {
	properties := form{}
	for _, k := range keys {
		f := form{"description": k.help}
		for name, v := range k.form {
			f[name] = v
		}
		properties[k.name] = f
	}
	f := form{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		f["required"] = required
	}
	return f
}

// modelForm returns the form of a model: an ONNX file or an architecture.
func modelForm() form {
	f := object(modelTable)
	f["anyOf"] = []form{{"required": []string{"source"}}, {"required": []string{"architecture"}}}
	return f
}

func cellForm() form {
	f := object(cellTable, "id")
	var one []form
	for _, name := range bodyKeys() {
		one = append(one, form{"required": []string{name}})
	}
	f["oneOf"] = one
	return f
}

// paramsForm returns the form of all parameters: those whose names have a
// meaning are held to it, see [Param].
func paramsForm() form {
	radius := paramForm("L∞ radius on the 0..255 scale.", form{"type": "number", "minimum": 0, "maximum": 255})
	radius["properties"] = form{"unit": form{"const": unit255}}
	return form{
		"type":                 "object",
		"propertyNames":        nameForm,
		"not":                  form{"required": []string{"seed"}},
		"additionalProperties": paramForm("A parameter.", form{"type": []string{"boolean", "number", "string"}}),
		"patternProperties": form{
			"^epsilons?$":     radius,
			"^qualit(y|ies)$": paramForm("JPEG quality, 1..100.", form{"type": "integer", "minimum": 1, "maximum": 100}),
		},
	}
}

// paramForm returns the form of a parameter: an item, a list of items, or a
// mapping that has either as its value.
func paramForm(help string, item form) form {
	list := form{"type": "array", "items": item}
	full := object(paramTable, "value")
	full["properties"].(form)["value"].(form)["anyOf"] = []form{item, list}
	return form{"description": help, "anyOf": []form{item, list, full}}
}
