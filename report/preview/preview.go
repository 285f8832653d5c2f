// Package preview serves a report that is being worked on to a browser on the
// same machine.
//
//  1. [New] makes a [Server], an http.Handler, with an address that cannot be
//     guessed: [Server.Path].
//  2. A browser opens the shell there: a page that holds the report, byte for
//     byte as it is written to a file, in a frame. The report's own policy lets
//     it open no connection, so it is the shell that listens for news.
//  3. [Server.Update] changes the [State], and [Server.Show] the report. Each
//     shell is sent the whole state, at once and as it changes.
//
// Whatever comes from another origin, by another name of this machine, without
// the path or by another method than GET is refused, see guard.go.
package preview

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"jpgreport/templates"
)

// A State is what a shell shows.
type State struct {
	Name     string    `json:"name"` // what is being worked on
	Running  bool      `json:"running"`
	Progress           // of the run
	Problems []Problem `json:"problems"` // what is wrong with the last run, shown over the report
	Stale    bool      `json:"stale"`    // the report is an older one, from before the problems
	Note     string    `json:"note"`     // a line about the report, such as a check that says FAIL
	Told     int       `json:"told"`     // counts runs that ended; set by [Server.Update]
	Page     int       `json:"page"`     // counts reports; 0: there is none yet; set by [Server.Show]
}

// Progress says how far a run is.
type Progress struct {
	Cell   string `json:"cell"`
	Number int    `json:"number"` // of the cell, from 1
	Cells  int    `json:"cells"`
	Task   string `json:"task"`
	Done   int    `json:"done"`
	Total  int    `json:"total"` // 0: unknown
	Unit   string `json:"unit"`
}

// A Problem is something wrong, with its place where that is known.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Cell    string `json:"cell"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Excerpt string `json:"excerpt"` // the source line
	Hint    string `json:"hint"`
}

// A Server serves one report. It may be used from several goroutines.
type Server struct {
	host string // beside the names of this machine, by which it may be asked
	path string

	mu      sync.Mutex
	state   State
	page    []byte
	changed chan struct{} // closed at the next change
}

var _ http.Handler = (*Server)(nil)

// New returns a server without a report. host is the name or address that it
// listens on, which requests may name beside those of the loopback interface.
func New(host string) *Server {
	return &Server{host: host, path: "/" + rand.Text() + "/", changed: make(chan struct{}), state: State{Problems: []Problem{}}}
}

// Path returns the path of the shell, with a slash at both ends.
func (s *Server) Path() string { return s.path }

// Update changes the state. ended says that a run came to its end, so that its
// problems are shown even where the reader has hidden those of the run before.
func (s *Server) Update(ended bool, change func(*State)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	page, told := s.state.Page, s.state.Told
	change(&s.state)
	s.state.Page, s.state.Told = page, told
	if ended {
		s.state.Told++
	}
	if s.state.Problems == nil {
		s.state.Problems = []Problem{}
	}
	s.tell()
}

// Show puts a report in the place of the last one. A report with the same bytes
// is the same report.
func (s *Server) Show(page []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.Page > 0 && string(page) == string(s.page) {
		return
	}
	s.page = page
	s.state.Page++
	s.tell()
}

func (s *Server) tell() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// now returns the state and what is closed when it changes.
func (s *Server) now() (State, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state, s.changed
}

// ServeHTTP answers with the shell, its parts, the report or the state.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head(w.Header())
	if status, why := s.refuse(r); why != "" {
		http.Error(w, why, status)
		return
	}
	switch name := strings.TrimPrefix(r.URL.Path, s.path); name {
	case "":
		s.file(w, "shell.html", "text/html; charset=utf-8")
	case "shell.css":
		s.file(w, name, "text/css; charset=utf-8")
	case "shell.js":
		s.file(w, name, "text/javascript; charset=utf-8")
	case "report":
		s.report(w)
	case "events":
		s.events(w, r)
	default:
		http.Error(w, "there is nothing of this name", http.StatusNotFound)
	}
}

func (s *Server) file(w http.ResponseWriter, name, kind string) {
	text, err := fs.ReadFile(templates.Preview, "preview/"+name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Security-Policy", shellPolicy)
	w.Write(text)
}

func (s *Server) report(w http.ResponseWriter) {
	s.mu.Lock()
	page, number := s.page, s.state.Page
	s.mu.Unlock()
	if number == 0 {
		http.Error(w, "there is no report yet", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(page)))
	w.Write(page)
}

// Timings of the stream of states.
const (
	atMost    = 50 * time.Millisecond // between two states
	heartbeat = 15 * time.Second      // so that a browser that has gone is noticed
)

// events sends the state whenever it changes, as server-sent events.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		state, changed := s.now()
		text, err := json.Marshal(state)
		if err == nil {
			_, err = fmt.Fprintf(w, "data: %s\n\n", text)
		}
		if err == nil {
			err = out.Flush()
		}
		if err != nil || !wait(r, atMost) {
			return
		}
	news:
		for {
			select {
			case <-changed:
				break news
			case <-r.Context().Done():
				return
			case <-beat.C:
				if _, err := fmt.Fprint(w, ":\n\n"); err != nil || out.Flush() != nil {
					return
				}
			}
		}
	}
}

// wait reports whether the request still stands after a time.
func wait(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}
