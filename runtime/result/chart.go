package result

// A Chart is data with axes; how it is drawn is the report's business.
type Chart struct {
	Kind    string   `json:"kind"` // set by the method that adds it: "line", "bar", "scatter", "heatmap", "box"
	Title   string   `json:"title"`
	Caption string   `json:"caption,omitempty"` // Markdown; says n and what the intervals are
	X       Axis     `json:"x"`
	Y       Axis     `json:"y"`
	Z       Axis     `json:"z,omitzero"` // of a heat map: what the colour means
	Series  []Series `json:"series"`
}

// An Axis is what a direction, or a heat map's colour, means.
type Axis struct {
	Name       string   `json:"name"`
	Unit       string   `json:"unit,omitempty"`       // such as "/255"
	Percent    bool     `json:"percent,omitempty"`    // values are shares in [0,1], shown as percentages
	Log        bool     `json:"log,omitempty"`        // logarithmic scale
	Categories []string `json:"categories,omitempty"` // names instead of numbers, in order
	Min        float64  `json:"min,omitempty"`        // with Max, the range; both 0: from the data
	Max        float64  `json:"max,omitempty"`
}

// A Series is one curve, set of bars, cloud of points, heat map row or box.
//
// Along a category axis, value i belongs to category i and X is left out. In a
// heat map each series is a row, named for its place on the vertical axis, and
// Y holds its cells. In a box chart Y holds the sample; the record keeps its
// five-number summary.
type Series struct {
	Name      string   `json:"name"`
	X         Values   `json:"x,omitempty"`
	Y         Values   `json:"y"`
	Low       Values   `json:"low,omitempty"` // 95% interval of Y
	High      Values   `json:"high,omitempty"`
	N         []int    `json:"n,omitempty"`         // what each Y rests on
	Labels    []string `json:"labels,omitempty"`    // of each point, for its tooltip
	Reference bool     `json:"reference,omitempty"` // a control or theory, drawn dashed
}

// Add appends the point (x, p) with its interval and n.
func (s *Series) Add(x float64, p Proportion) {
	e, _ := estimate(p)
	s.X = append(s.X, x)
	s.Y = append(s.Y, e.Value)
	s.Low = append(s.Low, e.Low)
	s.High = append(s.High, e.High)
	s.N = append(s.N, e.N)
}

// A Table has a row of cells for each row, one cell for each column.
type Table struct {
	Title   string    `json:"title"`
	Caption string    `json:"caption,omitempty"` // Markdown
	Columns []Column  `json:"columns"`
	Rows    [][]any   `json:"-"` // what a script gives: strings, numbers, proportions, Estimates
	Cells   [][]Datum `json:"rows"`
}

// A Column is a table column.
type Column struct {
	Name   string `json:"name"`
	Unit   string `json:"unit,omitempty"`
	Digits int    `json:"digits,omitempty"` // decimals of plain numbers
}
