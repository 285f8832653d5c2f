package main

// packages is what scripts may import, sorted.
var packages = []string{
	"errors",
	"fmt",
	"jpgreport/runtime/attack",
	"jpgreport/runtime/check",
	"jpgreport/runtime/codec",
	"jpgreport/runtime/dataset",
	"jpgreport/runtime/metric",
	"jpgreport/runtime/model",
	"jpgreport/runtime/pixel",
	"jpgreport/runtime/result",
	"jpgreport/runtime/sweep",
	"math",
	"sort",
	"strconv",
	"strings",
}

// Reasons for leaving something out.
const (
	noInput    = "scripts have no input to read"
	noIterator = "scripts cannot range over functions"
	ofRecord   = "it belongs to the record, to which a script adds through out"
	ofCatalog  = "the spec's data section says which sets may be opened, and from where"
	ofModels   = "the spec's models section says which models may be opened, and from where"
	ofDecoder  = "it is of use to what decodes files of pictures, which scripts have none of"
	ofCache    = "it is how results are kept, which needs no help from a script"
	ofSweep    = "a sweep asks it on goroutines of its own, and no script may run on these"
	ofCell     = "a script has its own cell, out, and its parameters, params"
)

// excluded is what scripts do not get although it is exported, sorted: functions,
// types, and methods as Type.Method. Generic functions and types are left out by
// themselves, as compiled code holds none.
var excluded = []struct{ name, reason string }{
	{"fmt.Fscan", noInput},
	{"fmt.Fscanf", noInput},
	{"fmt.Fscanln", noInput},
	{"fmt.Scan", noInput},
	{"fmt.ScanState", noInput},
	{"fmt.Scanf", noInput},
	{"fmt.Scanln", noInput},
	{"fmt.Scanner", noInput},
	{"fmt.Sscan", "package strconv parses numbers"},
	{"fmt.Sscanf", "package strconv parses numbers"},
	{"fmt.Sscanln", "package strconv parses numbers"},
	{"jpgreport/runtime/codec.Decode", ofDecoder},
	{"jpgreport/runtime/codec.DecodeConfig", ofDecoder},
	{"jpgreport/runtime/codec.Options.Check", "a function that takes options checks them"},
	{"jpgreport/runtime/codec.Picture", ofDecoder},
	{"jpgreport/runtime/dataset.Array", ofCatalog},
	{"jpgreport/runtime/dataset.BrokenFail", ofCatalog},
	{"jpgreport/runtime/dataset.BrokenSkip", ofCatalog},
	{"jpgreport/runtime/dataset.Catalog", ofCatalog},
	{"jpgreport/runtime/dataset.Columns", ofCatalog},
	{"jpgreport/runtime/dataset.ImageDims", ofCatalog},
	{"jpgreport/runtime/dataset.KindCIFAR10", ofCatalog},
	{"jpgreport/runtime/dataset.KindCIFAR100", ofCatalog},
	{"jpgreport/runtime/dataset.KindFashionMNIST", ofCatalog},
	{"jpgreport/runtime/dataset.KindFolder", ofCatalog},
	{"jpgreport/runtime/dataset.KindIDX", ofCatalog},
	{"jpgreport/runtime/dataset.KindILSVRC", ofCatalog},
	{"jpgreport/runtime/dataset.KindMNIST", ofCatalog},
	{"jpgreport/runtime/dataset.Kinds", ofCatalog},
	{"jpgreport/runtime/dataset.LabelDims", ofCatalog},
	{"jpgreport/runtime/dataset.LabelsNone", ofCatalog},
	{"jpgreport/runtime/dataset.MaxBytes", ofCatalog},
	{"jpgreport/runtime/dataset.MaxPictureBytes", ofCatalog},
	{"jpgreport/runtime/dataset.MaxPicturePixels", ofCatalog},
	{"jpgreport/runtime/dataset.Preparation", ofCatalog},
	{"jpgreport/runtime/dataset.ReadIDX", ofCatalog},
	{"jpgreport/runtime/dataset.Source", ofCatalog},
	{"jpgreport/runtime/dataset.WithCatalog", ofCatalog},
	{"jpgreport/runtime/model.Catalog", ofModels},
	{"jpgreport/runtime/model.KernelPath", "the record names the path, and no script may depend on it"},
	{"jpgreport/runtime/model.KindArchitecture", ofModels},
	{"jpgreport/runtime/model.KindONNX", ofModels},
	{"jpgreport/runtime/model.MaxFileBytes", ofModels},
	{"jpgreport/runtime/model.Net.MarshalBinary", ofCache},
	{"jpgreport/runtime/model.Net.UnmarshalBinary", ofCache},
	{"jpgreport/runtime/model.ONNXOptions", ofModels},
	{"jpgreport/runtime/model.ReadONNX", ofModels},
	{"jpgreport/runtime/model.Source", ofModels},
	{"jpgreport/runtime/model.WithCatalog", ofModels},
	{"jpgreport/runtime/pixel.Batch.MarshalBinary", ofCache},
	{"jpgreport/runtime/pixel.Batch.UnmarshalBinary", ofCache},
	{"jpgreport/runtime/result.Artifact", ofRecord},
	{"jpgreport/runtime/result.Call", ofRecord},
	{"jpgreport/runtime/result.Decode", ofRecord},
	{"jpgreport/runtime/result.Environment", ofRecord},
	{"jpgreport/runtime/result.Git", ofRecord},
	{"jpgreport/runtime/result.New", ofRecord},
	{"jpgreport/runtime/result.NewCell", ofCell},
	{"jpgreport/runtime/result.NewParams", ofCell},
	{"jpgreport/runtime/result.Provenance", ofRecord},
	{"jpgreport/runtime/result.Recorder", ofRecord},
	{"jpgreport/runtime/result.Run", ofRecord},
	{"jpgreport/runtime/result.Source", ofRecord},
	{"jpgreport/runtime/sweep.Model", ofSweep},
	{"jpgreport/runtime/sweep.Source", ofSweep},
	{"strings.FieldsFuncSeq", noIterator},
	{"strings.FieldsSeq", noIterator},
	{"strings.Lines", noIterator},
	{"strings.SplitAfterSeq", noIterator},
	{"strings.SplitSeq", noIterator},
}

// writers are the functions that take an io.Writer and may: the only writers in
// a script's reach are its own strings.Builder.
var writers = []string{
	"fmt.Fprint",
	"fmt.Fprintf",
	"fmt.Fprintln",
}
