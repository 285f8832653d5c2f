package report

import (
	"strings"
	"testing"
)

func TestMarkdownIsHarmless(t *testing.T) {
	for _, test := range []struct{ name, source, want string }{
		{"markup in a line", "a <b onclick=x>b</b>", "<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>"},
		{"a block of markup", "<script>\nalert(1)\n</script>", "<p>&lt;script&gt;\nalert(1)\n&lt;/script&gt;</p>"},
		{"a comment", "<!-- x -->", "<p>&lt;!-- x --&gt;</p>"},
		{"javascript", "[x](javascript:alert(1))", "<p>x</p>"},
		{"javascript in capitals", "[x](JaVaScRiPt:alert(1))", "<p>x</p>"},
		{"javascript behind an entity", "[x](&#106;avascript:alert(1))", "<p>x</p>"},
		{"javascript behind a tab", "[x](<java\tscript:alert(1)>)", "<p>x</p>"},
		{"data", "[x](data:text/html,hi)", "<p>x</p>"},
		{"a relative link", "[x](other.html)", "<p>x</p>"},
		{"no scheme", "[x](//example.org)", "<p>x</p>"},
		{"automatic", "<javascript:alert(1)>", "<p>javascript:alert(1)</p>"},
		{"the web", "[x](https://example.org/?a=1&b=\"2\")", `<p><a href="https://example.org/?a=1&amp;b=%222%22" rel="noopener noreferrer">x</a></p>`},
		{"a bare address", "see https://example.org.", `<p>see <a href="https://example.org" rel="noopener noreferrer">https://example.org</a>.</p>`},
		{"mail", "<a@example.org>", `<p><a href="mailto:a@example.org" rel="noopener noreferrer">a@example.org</a></p>`},
		{"a place in the page", "[x](#cell-a)", `<p><a href="#cell-a">x</a></p>`},
		{"an image", "![alt *text*](https://example.org/a.png)", `<p><a href="https://example.org/a.png" rel="noopener noreferrer">alt text</a></p>`},
		{"an image in the page", `![a "b"](data:image/png;base64,AAAA)`, "<p>a “b”</p>"},
		{"a title", `[x](https://example.org 'a" onmouseover="b')`, `<p><a href="https://example.org" rel="noopener noreferrer">x</a></p>`},
		{"a language", "```\"><script>\nx\n```", `<pre class="code" tabindex="0" role="region" aria-label="Code"><code>`},
	} {
		got, _ := newMarkdown().body(test.source)
		if !strings.HasPrefix(string(got), test.want) {
			t.Errorf("%s: %q\ngives %q\nwant  %q", test.name, test.source, got, test.want)
		}
		if strings.Contains(string(got), "<script") {
			t.Errorf("%s: %q gives a script", test.name, test.source)
		}
	}
}

func TestHeadingsContinueThePage(t *testing.T) {
	m := newMarkdown()
	var got []string
	for _, cell := range []string{"## a\n\n### b\n\n##### c", "text", "## d", "# e\n\n# f\n\n## g *h* `i`", "###### j"} {
		_, heads := m.body(cell)
		for _, h := range heads {
			got = append(got, strings.Repeat("=", h.Level)+h.Text)
		}
	}
	// a, d: the first level their author uses; e is above all before it
	want := "==a ===b ====c ==d ==e ==f ===g h i ====j"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("headings %s, want %s", s, want)
	}
}
