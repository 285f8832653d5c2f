package result

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// Seal computes the digests of the cells, of the provenance and of the run, and
// sorts nothing: order is part of what they cover. The run's digest covers the
// texts of spec and scripts, parameters, seed, the digests of data and weights,
// the cells' outputs, metrics and checks, or those of its variants. The
// environment is in none.
func (r *Run) Seal() error {
	cells := make([]string, len(r.Cells))
	for i, c := range r.Cells {
		d, err := digest(c.Kind, c.Status, digestible(c.Outputs))
		if err != nil {
			return err
		}
		c.Digest, cells[i] = d, c.ID+" "+d
	}
	p := r.Provenance
	p.Digest = ""
	var err error
	if r.Provenance.Digest, err = digest(p); err != nil {
		return err
	}
	scripts := map[string]string{}
	for id, s := range r.Scripts {
		scripts[id] = s.Text
	}
	inputs := make([]string, len(p.Artifacts))
	for i, a := range p.Artifacts {
		inputs[i] = a.SHA256
	}
	parts := []any{r.Format, r.Spec.Text, scripts, r.Params, r.Seed, inputs, r.Title, r.Abstract, cells, r.Metrics, r.Checks}
	for _, v := range r.Variants {
		one := r.Of(v)
		if err := one.Seal(); err != nil {
			return err
		}
		v.Digest = one.Digest
		parts = append(parts, r.Label(v), v.Digest)
	}
	r.Digest, err = digest(parts...)
	return err
}

// digestible returns the outputs without the compressed form of their rows,
// which may change with the compressor while the digest beside it does not.
func digestible(outputs []Output) []Output {
	outputs = slices.Clone(outputs)
	for i, o := range outputs {
		if o.Rows == nil {
			continue
		}
		rows := *o.Rows
		rows.Columns = slices.Clone(rows.Columns)
		for j := range rows.Columns {
			rows.Columns[j].Data = ""
		}
		outputs[i].Rows = &rows
	}
	return outputs
}

// digest returns the SHA-256, in hexadecimal, of the parts' JSON.
func digest(parts ...any) (string, error) {
	b, err := json.Marshal(parts)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}
