package preview

import (
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
)

// shellPolicy lets the shell load its own parts and frame its own report.
const shellPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; frame-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// head sets what holds for every answer. The report keeps the policy that stands
// in it; this one only says who may frame it.
func head(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "frame-ancestors 'self'")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
}

// refuse says why a request is refused, and with which status; "" when it is not.
//
// A page of another site can make a browser ask this server. It does so either
// under its own origin, which the browser then tells, or after its name has been
// made to lead here (DNS rebinding), which Host tells. Other users of the machine
// can ask as they like, but do not know the path.
func (s *Server) refuse(r *http.Request) (status int, why string) {
	switch {
	case r.Method != http.MethodGet:
		return http.StatusMethodNotAllowed, "only GET is answered"
	case !s.local(r.Host):
		return http.StatusForbidden, "the preview is asked by the address that jpgreport printed, not by another name"
	case !ofSite(r.Header.Get("Sec-Fetch-Site")):
		return http.StatusForbidden, "the preview answers no other site"
	case r.Header.Get("Origin") != "" && r.Header.Get("Origin") != "http://"+r.Host:
		return http.StatusForbidden, "the preview answers no other origin"
	case len(r.URL.Path) < len(s.path) || subtle.ConstantTimeCompare([]byte(r.URL.Path[:len(s.path)]), []byte(s.path)) != 1:
		return http.StatusNotFound, "there is nothing here: open the whole address that jpgreport printed"
	}
	return 0, ""
}

// ofSite reports whether a request was made by the user ("none") or by a page of
// this server; browsers that do not tell are held to Origin.
func ofSite(site string) bool {
	return site == "" || site == "none" || site == "same-origin"
}

// local reports whether the host of a request is one by which this server may be
// asked.
func (s *Server) local(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]") // port 80
	}
	name = strings.ToLower(name)
	return Loopback(name) || s.host != "" && name == strings.ToLower(s.host)
}

// Loopback reports whether a host is a name or an address of the loopback
// interface.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
