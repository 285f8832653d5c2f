package dataset

import (
	"embed"
	"strconv"
)

// An Info describes a set that is embedded or whose files are recognised.
type Info struct {
	Name     string
	Embedded bool
	Train    int // images
	Test     int
	Classes  []string
	Origin   string
	Terms    string // of the data
	Get      string // where it is to be had; empty when embedded
	Files    []File
}

// A File is one of the four files of a set.
type File struct {
	Name   string // raw; it may stand with .gz
	Bytes  int    // raw
	SHA256 string // of the raw bytes, in hexadecimal
}

// The standard names of the files of a set in IDX form.
const (
	trainImages = "train-images-idx3-ubyte"
	trainLabels = "train-labels-idx1-ubyte"
	testImages  = "t10k-images-idx3-ubyte"
	testLabels  = "t10k-labels-idx1-ubyte"
)

// nameMNIST is the name of the embedded set.
const nameMNIST = "mnist"

//go:embed mnist/*.gz
var embedded embed.FS

// Known returns the sets that are embedded or recognised, sorted by name.
func Known() []Info {
	return []Info{
		{
			Name: nameFashionMNIST, Train: 60000, Test: 10000,
			Classes: []string{"T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"},
			Origin:  "Xiao, Rasul and Vollgraf, Zalando Research, 2017, arXiv 1708.07747",
			Terms:   "MIT licence, copyright 2017 Zalando SE",
			Get:     "Debian package dataset-fashion-mnist; files in " + debianFashionMNIST,
			Files: []File{
				{testImages, 7840016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"},
				{testLabels, 10008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"},
				{trainImages, 47040016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"},
				{trainLabels, 60008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"},
			},
		},
		{
			Name: nameMNIST, Embedded: true, Train: 60000, Test: 10000,
			Classes: numbers(10),
			Origin:  "LeCun, Cortes and Burges, 1998; derived from NIST Special Databases 3 and 1",
			Terms:   "no licence on the original page; distributors state CC BY-SA 3.0",
			Files: []File{
				{testImages, 7840016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
				{testLabels, 10008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
				{trainImages, 47040016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
				{trainLabels, 60008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
			},
		},
	}
}

// numbers returns the class names "0" to n−1.
func numbers(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	return names
}

// recognise returns the known set of which all the given digests are files.
func recognise(digests ...string) (Info, bool) {
	for _, k := range Known() {
		has := 0
		for _, d := range digests {
			for _, f := range k.Files {
				if f.SHA256 == d {
					has++
				}
			}
		}
		if has == len(digests) {
			return k, true
		}
	}
	return Info{}, false
}

// digest returns the SHA-256 that a file of the set has, "" for one it has not.
func (k Info) digest(name string) string {
	for _, f := range k.Files {
		if f.Name == name {
			return f.SHA256
		}
	}
	return ""
}
