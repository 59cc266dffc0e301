package web_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Hours are painted by keyboard, mouse and touch; what is painted stands in the fields,
// and is what is saved.
func TestHoursArePainted(t *testing.T) {
	w := newWindow(t)
	w.signIn(t, ana)
	w.look(t, 390, "light")
	w.open(t, "/hours")
	spans := func(day string) string {
		t.Helper()
		return eval[string](t, w, fmt.Sprintf(`["can0", "can1"].map(k => document.querySelector("[name=%[1]s-" + k + "-from]").value + "-" + document.querySelector("[name=%[1]s-" + k + "-to]").value).join(" ")`, day))
	}
	want := func(how, day, spansWanted string) {
		t.Helper()
		if got := spans(day); got != spansWanted {
			t.Errorf("%s: the fields of %s have %q, want %q", how, day, got, spansWanted)
		}
	}
	if n := eval[int](t, w, `document.querySelectorAll("#grid [tabindex='0'][role=gridcell]").length`); n != 1 {
		t.Fatalf("%d cells take the focus, want one", n)
	}
	w.do(t, chromedp.Focus(`#grid [tabindex="0"][role=gridcell]`), chromedp.KeyEvent(" ")) // Monday, nine
	want("space", "mon", "09:30-17:00 -")
	for range 5 {
		w.do(t, chromedp.KeyEvent(kb.ArrowRight))
	}
	w.do(t, chromedp.KeyEvent(" "), chromedp.KeyEvent(kb.ArrowDown, chromedp.KeyModifiers(chromedp.ModifierShift)), chromedp.KeyEvent(kb.ArrowDown, chromedp.KeyModifiers(chromedp.ModifierShift)))
	want("space, then shift and arrows", "sat", "09:00-10:30 -")
	if said := eval[string](t, w, `document.querySelector("#grid [role=status]").textContent`); said != "Saturday 09:30 to 10:30: can" {
		t.Errorf("the last stroke is said as %q", said)
	}
	if name := eval[string](t, w, `document.activeElement.getAttribute("aria-label")`); name != "Saturday 10:00, can" {
		t.Errorf("the cell with the focus is called %q", name)
	}
	w.do(t, chromedp.KeyEvent(kb.Escape))
	want("escape", "sat", "09:00-10:00 -")

	w.point(t, "mouse", "pointerdown", 6, 20)
	w.point(t, "mouse", "pointermove", 6, 23)
	w.point(t, "mouse", "pointerup", 6, 23)
	want("dragging", "sun", "10:00-12:00 -")

	w.point(t, "touch", "pointerdown", 6, 25)
	w.point(t, "touch", "pointerup", 6, 25)
	want("tapping", "sun", "10:00-12:00 12:30-13:00")

	if n := eval[int](t, w, `Math.round(Math.min(...[...document.querySelectorAll("#grid td[role=gridcell]")].slice(0, 14).map(c => Math.min(c.offsetWidth, c.offsetHeight))))`); n < 24 {
		t.Errorf("a cell is %d px small, want 24", n)
	}
	eval[bool](t, w, `((day, times) => ["from", "to"].forEach((k, i) => {
		const e = document.querySelector("[name=" + day + "-can0-" + k + "]");
		e.value = times[i];
		e.dispatchEvent(new Event("input", {bubbles: true}));
	}))("fri", ["20:15", "02:45"]) || true`)
	w.point(t, "touch", "pointerdown", 4, 44)
	w.point(t, "touch", "pointerup", 4, 44)
	want("what is typed to the quarter of an hour and into the night stays when a cell is cleared", "fri", "20:15-22:00 22:30-02:45")
	w.do(t, chromedp.Focus(`#grid [tabindex="0"][role=gridcell]`), chromedp.KeyEvent(kb.Escape))
	want("escape", "fri", "20:15-02:45 -")

	w.press(t, `main form button.primary`)
	if got := w.hoursOf(t, string(ana)); len(got.On(time.Sunday)) != 2 || len(got.On(time.Saturday)) != 1 {
		t.Errorf("saved: Sunday %v, Saturday %v; want what was painted", got.On(time.Sunday), got.On(time.Saturday))
	}
}

// point has the page see a pointer on the cell of a day and half hour.
func (w *window) point(t *testing.T, pointer, kind string, day, row int) {
	t.Helper()
	eval[bool](t, w, fmt.Sprintf(`(c => {
		c.scrollIntoView({block: "center"});
		const r = c.getBoundingClientRect();
		return c.dispatchEvent(new PointerEvent(%q, {bubbles: true, cancelable: true, pointerType: %q, clientX: r.x + r.width / 2, clientY: r.y + r.height / 2}));
	})(document.querySelector('[data-d="%d"][data-r="%d"]'))`, kind, pointer, day, row))
}
