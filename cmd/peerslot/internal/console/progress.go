package console

import (
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// A progress shows on stderr how far a long step is. It stays silent for steps of
// less than a second, and where stderr is no terminal.
type progress struct {
	app  *App
	what string
	bars *mpb.Progress
	bar  *mpb.Bar
}

// NewProgress shows the progress of a run.
func NewProgress(a *App) *progress { return &progress{app: a} }

// Report implements the Progress of scheduler.Service: one step at a time, done
// when it has reached its total.
func (p *progress) Report(what string, done, total int) {
	if !p.app.Interactive || !p.app.colours() || total == 0 {
		return
	}
	if p.bar == nil || p.what != what {
		delay := make(chan struct{})
		time.AfterFunc(time.Second, func() { close(delay) })
		p.what = what
		p.bars = mpb.New(mpb.WithOutput(p.app.TerminalErr), mpb.WithWidth(40), mpb.WithRenderDelay(delay))
		p.bar = p.bars.AddBar(int64(total), mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Name(what+" ")), mpb.AppendDecorators(decor.CountersNoUnit("%d of %d")))
	}
	p.bar.SetCurrent(int64(done))
	if done >= total {
		p.bars.Wait()
		p.bar = nil
	}
}
