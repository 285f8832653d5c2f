package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"jpgreport/runtime/fault"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("spec.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("spec.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// validate holds YAML text against the schema, as an editor does.
func validate(s *jsonschema.Schema, text string) error {
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		return err
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if v, err = jsonschema.UnmarshalJSON(bytes.NewReader(b)); err != nil {
		return err
	}
	return s.Validate(v)
}

// An editor has nothing to say about a spec that runs.
func TestSchemaTakesShippedSpecs(t *testing.T) {
	s := schema(t)
	root := filepath.Join("..", "..")
	var files []string
	for _, pattern := range []string{"experiments/*.yaml", "cmd/jpgreport/first/*.yaml"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		t.Fatal("no specs")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(s, string(text)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(readme), "```yaml\n")
	if text, _, _ = strings.Cut(text, "```"); !ok {
		t.Error("no experiment in README")
	}
	if err := validate(s, text); err != nil {
		t.Errorf("README: %v", err)
	}
}

// What the schema can know, it says of the mistakes that have a code; and it
// says nothing of their remedies.
func TestSchemaAndCodes(t *testing.T) {
	s := schema(t)
	seen := []fault.Code{
		fault.Empty, fault.NotMapping, fault.UnknownKey, fault.MissingKey, fault.EmptyValue, fault.WrongType, fault.UnknownValue,
		fault.BadID, fault.NoBody, fault.TwoBodies, fault.BadName, fault.ReservedName, fault.BadUnit, fault.NotRadius, fault.NotQuality,
	}
	for _, e := range fault.Table() {
		if e.Wrong == "" || e.Code >= "JR200" {
			continue
		}
		if err := validate(s, complete(e.Right, e.Code)); err != nil {
			t.Errorf("%s: the schema refuses the remedy: %v", e.Code, err)
		}
		if err := validate(s, complete(e.Wrong, e.Code)); err == nil && slices.Contains(seen, e.Code) {
			t.Errorf("%s: the schema takes the mistake:\n%s", e.Code, e.Wrong)
		}
	}
}

// Each key that the schema has in some mapping the parser takes there, and no
// other; each is explained.
func TestSchemaAndParserHaveTheSameKeys(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatal(err)
	}
	at := func(path ...string) map[string]any {
		m := root
		for _, p := range path {
			next, ok := m[p].(map[string]any)
			if !ok {
				t.Fatalf("the schema has no %v", path)
			}
			m = next
		}
		return m["properties"].(map[string]any)
	}
	last := func(m map[string]any) map[string]any {
		list := m["anyOf"].([]any)
		return list[len(list)-1].(map[string]any)["properties"].(map[string]any)
	}
	properties := func(name string) map[string]any { return at()[name].(map[string]any) }
	for _, m := range []struct {
		of   string
		keys map[string]any
		text string // a spec with %s in the place of a key
	}{
		{"the spec", at(), "%s: x\n"},
		{"a cell", at("properties", "cells", "items"), "cells:\n  - %s: x\n"},
		{"a data set", last(properties("data")["additionalProperties"].(map[string]any)), "data:\n  digits: {%s: x}\n"},
		{"a parameter", last(properties("params")["additionalProperties"].(map[string]any)), "params:\n  images: {%s: x}\n"},
	} {
		allowed := func(key string) bool {
			_, err := Parse("x.yaml", fmt.Appendf(nil, m.text, key))
			errs, _ := err.(Errors)
			return !slices.ContainsFunc(errs, func(e *Error) bool { return e.Code == fault.UnknownKey })
		}
		if allowed("zebra") {
			t.Errorf("%s may have the key zebra", m.of)
		}
		_, err := Parse("x.yaml", fmt.Appendf(nil, m.text, "zebra"))
		for key, of := range m.keys {
			if !allowed(key) {
				t.Errorf("the schema has %q in %s, which the parser does not know", key, m.of)
			}
			if !strings.Contains(err.Error(), fmt.Sprintf("%q", key)) {
				t.Errorf("the parser does not name %q among what is allowed in %s", key, m.of)
			}
			if of.(map[string]any)["description"] == "" {
				t.Errorf("%q in %s has no description", key, m.of)
			}
		}
		_, named, _ := strings.Cut(err.Error(), "allowed are ")
		if named, _, _ = strings.Cut(named, "\n"); strings.Count(named, `"`) != 2*len(m.keys) {
			t.Errorf("the parser allows %s in %s, the schema %d keys", named, m.of, len(m.keys))
		}
	}
}
