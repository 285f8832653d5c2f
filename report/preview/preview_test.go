package preview

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func ask(t *testing.T, s *Server, method, url string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, url, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What a page of another site can make a browser ask is refused, and so is
// whatever does not know the path. Nothing of the report is told.
func TestRefusals(t *testing.T) {
	s := New("preview.example")
	s.Show([]byte("<p>secret</p>"))
	here := "http://127.0.0.1:8000" + s.Path()
	for _, c := range []struct {
		name, method, url string
		header            []string
		want              int
	}{
		{"the user", "GET", here, nil, 200},
		{"the user, told by the browser", "GET", here, []string{"Sec-Fetch-Site", "none"}, 200},
		{"the shell", "GET", here + "report?1", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"own origin", "GET", here + "report", []string{"Origin", "http://127.0.0.1:8000"}, 200},
		{"localhost", "GET", "http://localhost:8000" + s.Path(), nil, 200},
		{"IPv6", "GET", "http://[::1]:8000" + s.Path(), nil, 200},
		{"the name it was given", "GET", "http://Preview.example:8000" + s.Path(), nil, 200},
		{"another site", "GET", here + "report", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"another port", "GET", here + "report", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"another origin", "GET", here + "events", []string{"Origin", "http://127.0.0.1:9000"}, 403},
		{"no origin", "GET", here + "events", []string{"Origin", "null"}, 403},
		{"a name that was made to lead here", "GET", "http://attacker.example:8000" + s.Path() + "report", nil, 403},
		{"a name that ends so", "GET", "http://127.0.0.1.attacker.example" + s.Path(), nil, 403},
		{"another method", "POST", here, nil, 405},
		{"preflight", "OPTIONS", here, nil, 405},
		{"no path", "GET", "http://127.0.0.1:8000/report", nil, 404},
		{"another path", "GET", "http://127.0.0.1:8000/" + strings.Repeat("A", len(s.Path())-2) + "/report", nil, 404},
		{"no such file", "GET", here + "../../go.mod", nil, 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := ask(t, s, c.method, c.url, c.header...)
			text := body(t, r)
			if r.StatusCode != c.want {
				t.Errorf("%d %s, want %d", r.StatusCode, text, c.want)
			}
			if r.StatusCode != 200 && (strings.Contains(text, "secret") || strings.Contains(text, s.Path())) {
				t.Errorf("the refusal tells %q", text)
			}
			for name := range r.Header {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("other origins are let in by %s", name)
				}
			}
		})
	}
}

// The report is served as it is, under its own policy; the shell may load its own
// parts only.
func TestReportIsUnchanged(t *testing.T) {
	s := New("")
	here := "http://127.0.0.1:8000" + s.Path()
	if r := ask(t, s, "GET", here+"report"); r.StatusCode != 404 {
		t.Errorf("before the first report: %s", r.Status)
	}
	page := "<!doctype html>\r\n<p>\x00 as it is\n"
	s.Show([]byte(page))
	r := ask(t, s, "GET", here+"report?1")
	if got := body(t, r); got != page {
		t.Errorf("got %q, want %q", got, page)
	}
	if p := r.Header.Get("Content-Security-Policy"); p != "frame-ancestors 'self'" {
		t.Errorf("the report's policy becomes %q", p)
	}
	r = ask(t, s, "GET", here)
	if p := r.Header.Get("Content-Security-Policy"); !strings.HasPrefix(p, "default-src 'none'; script-src 'self';") || strings.Contains(p, "unsafe") {
		t.Errorf("the shell's policy is %q", p)
	}
	if r.Header.Get("Cache-Control") != "no-store" {
		t.Error("a browser may keep the preview")
	}
}

// The same bytes again are the same report: nothing is loaded anew.
func TestStates(t *testing.T) {
	s := New("")
	s.Show([]byte("one"))
	s.Show([]byte("one"))
	s.Update(true, func(st *State) { st.Page, st.Told, st.Name = 9, 9, "x.yaml" })
	st, changed := s.now()
	if st.Page != 1 || st.Told != 1 || st.Name != "x.yaml" || st.Problems == nil {
		t.Errorf("%+v", st)
	}
	s.Show([]byte("two"))
	select {
	case <-changed:
	default:
		t.Error("a new report is not told")
	}
	if a, b := New("").Path(), New("").Path(); a == b || len(a) < 22 {
		t.Errorf("paths %q and %q can be guessed", a, b)
	}
}
