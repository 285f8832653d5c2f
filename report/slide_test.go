package report_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// slides moves the edge of a comparison by the keyboard and by the pointer. A reader
// without eyes is told where it stands; both pictures beside it keep their texts.
func slides(t *testing.T, b *tab) {
	t.Helper()
	if n := eval[int](t, b, `document.querySelectorAll('.compare .slide').length`); n != 1 {
		t.Fatalf("%d comparisons have an edge to move, want 1", n)
	}
	said := func() string {
		return eval[string](t, b, `(function () {
			var r = document.querySelector('.slide input'), over = document.querySelector('.stage .over');
			return r.getAttribute('aria-valuetext') + ' | ' + getComputedStyle(over).clipPath;
		})()`)
	}
	before := said()
	if !strings.HasPrefix(before, "50% ") || !strings.HasSuffix(before, "inset(0px 0px 0px 50%)") {
		t.Errorf("the edge begins at %q", before)
	}
	eval[int](t, b, `document.querySelector('.slide input').focus(), 1`)
	if err := chromedp.Do(b, chromedp.KeyEvent(kb.ArrowRight)); err != nil {
		t.Fatal(err)
	}
	if after := said(); !strings.HasPrefix(after, "51% ") || !strings.HasSuffix(after, "inset(0px 0px 0px 51%)") {
		t.Errorf("after an arrow key the edge is at %q", after)
	}
	eval[int](t, b, `(function () {
		var s = document.querySelector('.stage'), r = s.getBoundingClientRect();
		s.setPointerCapture = function () {};
		s.dispatchEvent(new PointerEvent('pointerdown', { pointerId: 1, clientX: r.left + r.width / 4, clientY: r.top + 5 }));
		return 1;
	})()`)
	if after := said(); !strings.HasPrefix(after, "25% ") {
		t.Errorf("after a press at a quarter the edge is at %q", after)
	}
	if n := eval[int](t, b, `Array.from(document.querySelectorAll('.pair > .picture img')).filter(function (i) { return !i.alt; }).length`); n > 0 {
		t.Errorf("%d pictures of the comparison have no text", n)
	}
}
