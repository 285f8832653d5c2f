package report_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"jpgreport/report"
)

var (
	element   = regexp.MustCompile(`(?s)<(script|style)([^>]*)>(.*?)</(?:script|style)>`)
	policy    = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="([^"]*)">`)
	tag       = regexp.MustCompile(`^<(/?)([a-z][a-z0-9]*)((?: [a-zA-Z0-9-]+(?:="[^"<>]*")?)*)/?>`)
	attribute = regexp.MustCompile(` ([a-zA-Z0-9-]+)(?:="([^"]*)")?`)
)

// elements are the ones that a page is made of.
var elements = strings.Fields(`a b blockquote body circle code dd details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 head
	header hr html img li link main meta nav ol p path pre section span strong summary svg symbol fieldset legend label input table tbody td th thead title tr ul use del br`)

var void = strings.Fields("meta link img hr br circle path use input")

// A node is a start tag.
type node struct {
	name  string
	attrs map[string]string
}

// parse reads a page as strictly as this package writes it: each "<" opens a
// well-formed tag with quoted attributes, and every element is closed in order.
func parse(t *testing.T, page string) []node {
	t.Helper()
	rest := element.ReplaceAllString(page, "")
	rest = strings.TrimPrefix(rest, "<!doctype html>")
	var nodes []node
	var open []string
	for {
		i := strings.IndexByte(rest, '<')
		if i < 0 {
			break
		}
		rest = rest[i:]
		m := tag.FindStringSubmatch(rest)
		if m == nil {
			t.Fatalf("no well-formed tag: %.120q", rest)
		}
		rest = rest[len(m[0]):]
		name := m[2]
		if !slices.Contains(elements, name) {
			t.Fatalf("element %q: %s", name, m[0])
		}
		if m[1] == "/" {
			if len(open) == 0 || open[len(open)-1] != name {
				t.Fatalf("</%s> closes %v; before %.80q", name, open, rest)
			}
			open = open[:len(open)-1]
			continue
		}
		n := node{name, map[string]string{}}
		for _, a := range attribute.FindAllStringSubmatch(m[3], -1) {
			if _, twice := n.attrs[a[1]]; twice {
				t.Fatalf("attribute %s stands twice: %s", a[1], m[0])
			}
			n.attrs[a[1]] = html.UnescapeString(a[2])
		}
		nodes = append(nodes, n)
		if !slices.Contains(void, name) {
			open = append(open, name)
		}
	}
	if len(open) > 0 {
		t.Fatalf("not closed: %v", open)
	}
	return nodes
}

func TestMarkup(t *testing.T) { checkMarkup(t, string(render(t, fixture(t), standIn))) }

func checkMarkup(t *testing.T, page string) {
	t.Helper()
	nodes := parse(t, page)
	ids := map[string]bool{}
	level, headings := 0, 0
	for _, n := range nodes {
		if id := n.attrs["id"]; id != "" {
			if ids[id] {
				t.Errorf("id %q stands twice", id)
			}
			ids[id] = true
		}
		if len(n.name) == 2 && n.name[0] == 'h' && n.name[1] >= '1' && n.name[1] <= '6' {
			l := int(n.name[1] - '0')
			if l > level+1 {
				t.Errorf("a heading of level %d follows on level %d", l, level)
			}
			if l == 1 {
				headings++
			}
			level = l
		}
	}
	if headings != 1 {
		t.Errorf("%d headings of level 1", headings)
	}
	for _, n := range nodes {
		for name, value := range n.attrs {
			switch {
			case name == "style" || strings.HasPrefix(name, "on"):
				t.Errorf("<%s %s=%q>", n.name, name, value)
			case name == "src" && !(n.name == "img" && strings.HasPrefix(value, "data:image/png;base64,")):
				t.Errorf("<%s src=%.60q>", n.name, value)
			case name == "srcset" || name == "action" || name == "background" || name == "data" || name == "poster":
				t.Errorf("<%s %s=%q>", n.name, name, value)
			case name == "href" && strings.HasPrefix(value, "#"):
				if !ids[value[1:]] {
					t.Errorf("a link to %s, which is not in the page", value)
				}
			case name == "href":
				plain := n.name == "a" && (strings.HasPrefix(value, "https://") || strings.HasPrefix(value, "http://") || strings.HasPrefix(value, "mailto:"))
				if !plain && value != "data:," {
					t.Errorf("<%s href=%q>", n.name, value)
				}
			}
		}
		if n.attrs["role"] == "img" && n.attrs["aria-label"] == "" {
			t.Errorf("a picture without a name: %v", n.attrs)
		}
		if n.name == "img" && n.attrs["alt"] == "" {
			t.Error("a picture without an alternative text")
		}
	}
}

func TestPolicyNamesTheScripts(t *testing.T) {
	for _, o := range []report.Options{{}, standIn, {ECharts: []byte("\uFEFFa\r\nb\rc")}} {
		page := string(render(t, fixture(t), o))
		m := policy.FindStringSubmatch(page)
		if m == nil {
			t.Fatal("no policy")
		}
		if first := strings.Index(page, "<meta"); !strings.HasPrefix(page[first:], m[0]) {
			t.Error("something stands in the head before the policy")
		}
		want := map[string][]string{}
		for _, e := range element.FindAllStringSubmatch(page, -1) {
			if strings.Contains(e[2], "application/json") {
				if !json.Valid([]byte(e[3])) {
					t.Errorf("a data element holds no JSON: %.80q", e[3])
				}
				if strings.ContainsAny(e[3], "<>&\u2028\u2029") {
					t.Errorf("a data element holds text that is not escaped: %.80q", e[3])
				}
				continue
			}
			if e[2] != "" {
				t.Errorf("<%s%s>", e[1], e[2])
			}
			// as a browser hands it on
			sum := sha256.Sum256([]byte(strings.ReplaceAll(strings.ReplaceAll(e[3], "\r\n", "\n"), "\r", "\n")))
			want[e[1]] = append(want[e[1]], "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
		}
		got := map[string]string{}
		for _, d := range strings.Split(html.UnescapeString(m[1]), "; ") {
			name, value, _ := strings.Cut(d, " ")
			got[name] = value
		}
		for name, value := range map[string]string{
			"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "img-src": "data:",
			"script-src": strings.Join(want["script"], " "), "style-src": strings.Join(want["style"], " "),
		} {
			if got[name] != value {
				t.Errorf("%s %s, want %s", name, got[name], value)
			}
		}
	}
}

func TestPictureStandsOnce(t *testing.T) {
	run := fixture(t)
	page := string(render(t, run, standIn))
	for digest := range run.Pictures {
		if n := strings.Count(page, `" data-sha256="`+digest); n != 1 {
			t.Errorf("the bytes of picture %.8s stand %d times", digest, n)
		}
	}
	if all := strings.Count(page, "<img "); all <= len(run.Pictures) {
		t.Fatalf("%d elements for %d pictures: none is repeated, so nothing is tested", all, len(run.Pictures))
	}
}

func TestWhatAPageSays(t *testing.T) {
	page := string(render(t, fixture(t), standIn))
	for _, want := range []string{
		"98.5% [97.5, 99.5]", "9,853 of 10,000: all test images", // a proportion with its denominator
		"Share of: all images, n = 2,000. Brackets hold 95% intervals.", // once for a table
		"share of: right on x, wrong on adv, n = 812",                   // beside a number that differs
		"31.4 [31.2, 31.6] dB", "1.3 × 10⁻¹²", "−0.25", "not shown",
		`Go to <a href="#cell-broken">cell broken</a>`, "fixture.yaml:152:11", "Cell <code>never</code> was not reached.",
		"1 of 3 passed, 1 warns, 1 failed, 1 does not apply",
		"2.5, 10, 25, 51", "changed: epochs (1 → 2), seed (none → 3)", "1 of 3 calls from the cache", "12 min 34 s",
		"28 more lines", "A logarithmic axis has no place for zero or less: 1 value is left out.",
		"The first 200 of 230 points; the record in this file has all.",
		">WARN<", ">FAIL<", ">PASS<", ">NA<",
		"with changes that are not committed",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}
