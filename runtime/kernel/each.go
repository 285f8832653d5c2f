package kernel

// Each calls job for each unit, spread over as many goroutines as GOMAXPROCS says,
// for work that has no routine here. Units write to places of their own; calls of
// different workers run side by side.
func (e *Engine) Each(units int, job func(worker, unit int)) { e.team.each(units, job) }
