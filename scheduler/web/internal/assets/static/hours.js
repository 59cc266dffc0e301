// Draws a week above the fields of the hours, which stay the truth: strokes are written
// into them, and what is typed there is drawn. Without this file the fields do it all.
(() => {
  const form = document.getElementById('hours'), grid = document.getElementById('grid');
  const days = [...form.querySelectorAll('fieldset[data-day]')];
  const names = days.map(d => d.querySelector('legend').textContent);
  const words = {can: 'can', stretch: 'if needed', '': 'not'}, signs = {can: '✓', stretch: '~', '': ''};
  const rows = 48, say = document.createElement('p');
  let cells = [], week = [], undo = [], stroke = null, hold = 0, brush = 'can', at = [0, 18];

  const clock = n => String(Math.floor(n / 2) % 24).padStart(2, '0') + (n % 2 ? ':30' : ':00');
  const minutes = s => { const [h, m] = s.split(':').map(Number); return h * 60 + m; };
  const spans = (d, kind) => [...days[d].querySelectorAll(`input[name*="-${kind}"][name$="-from"]`)]
    .map(from => [from, form.elements[from.name.replace(/-from$/, '-to')]]);

  // read fills week from the fields: a cell is painted if all of it is.
  function read() {
    week = days.map((_, d) => {
      const day = Array(rows).fill('');
      for (const kind of ['stretch', 'can']) for (const [from, to] of spans(d, kind)) {
        if (!from.value || !to.value) continue;
        const a = minutes(from.value), b = minutes(to.value) || 1440;
        for (let i = 0; i < rows; i++) if (i * 30 >= a && i * 30 + 30 <= (b < a ? 1440 : b)) day[i] = kind;
      }
      return day;
    });
  }

  // write puts one day of week into its fields. It returns false if they do not suffice.
  function write(d) {
    const all = {};
    for (const kind of ['can', 'stretch']) {
      const runs = [];
      for (let i = 0; i < rows; i++) if (week[d][i] === kind) {
        const last = runs[runs.length - 1]; // what one can is within what one can if needed
        if (last && week[d].slice(last[1], i).every(is => is === 'can')) last[1] = i + 1; else runs.push([i, i + 1]);
      }
      if (runs.length > spans(d, kind).length) return false;
      all[kind] = runs;
    }
    for (const kind in all) spans(d, kind).forEach(([from, to], i) => {
      [from.value, to.value] = all[kind][i] ? all[kind][i].map(clock) : ['', ''];
    });
    return true;
  }

  function draw() {
    cells.forEach((column, d) => column.forEach((c, i) => {
      const is = week[d][i];
      if (c.dataset.is === is) return;
      c.dataset.is = is;
      c.textContent = signs[is];
      c.setAttribute('aria-label', `${names[d]} ${clock(i)}, ${words[is]}`);
    }));
  }

  function paint(a, b, kind) {
    const before = week.map(day => [...day]);
    const [d0, d1] = [Math.min(a[0], b[0]), Math.max(a[0], b[0])], [r0, r1] = [Math.min(a[1], b[1]), Math.max(a[1], b[1])];
    for (let d = d0; d <= d1; d++) {
      for (let i = r0; i <= r1; i++) week[d][i] = kind;
      if (!write(d)) {
        week = before;
        for (let e = d0; e <= d; e++) write(e);
        say.textContent = `${names[d]} has no room for more times: two that you can, and one if needed`;
        return draw();
      }
    }
    undo.push(before);
    draw();
    changed();
    say.textContent = `${names[d0]}${d1 > d0 ? ' to ' + names[d1] : ''} ${clock(r0)} to ${clock(r1 + 1)}: ${words[kind]}`;
  }

  const changed = () => { document.getElementById('unsaved').textContent = 'not saved yet'; };
  const place = c => c && c.dataset.d ? [+c.dataset.d, +c.dataset.r] : null;
  const kindAt = p => week[p[0]][p[1]] === brush ? '' : brush;

  function focus(p) {
    cells[at[0]][at[1]].tabIndex = -1;
    at = p;
    cells[at[0]][at[1]].tabIndex = 0;
    cells[at[0]][at[1]].focus();
  }

  function keys(e) {
    const [d, r] = at, to = {ArrowUp: [d, r - 1], ArrowDown: [d, r + 1], ArrowLeft: [d - 1, r], ArrowRight: [d + 1, r], Home: [d, 0], End: [d, rows - 1]}[e.key];
    if (to) {
      e.preventDefault();
      if (to[0] < 0 || to[0] > 6 || to[1] < 0 || to[1] >= rows) return;
      if (e.shiftKey) paint(at, to, week[d][r] || brush);
      focus(to);
    } else if (e.key === ' ' || e.key === 'Enter') {
      e.preventDefault();
      paint(at, at, kindAt(at));
    } else if (e.key === 'Escape' && undo.length) {
      week = undo.pop();
      days.forEach((_, i) => write(i));
      draw();
      say.textContent = 'undone';
    }
  }

  // A mouse drags a rectangle. A finger taps one cell, scrolls, or paints once it was held.
  function down(e) {
    const p = place(e.target);
    if (!p || e.button) return;
    const begin = () => { stroke = {from: p, to: p, kind: kindAt(p)}; };
    if (e.pointerType !== 'touch') { e.preventDefault(); begin(); focus(p); return; }
    hold = setTimeout(() => { begin(); navigator.vibrate && navigator.vibrate(10); }, 300);
  }
  function move(e) {
    if (!stroke) { if (e.pointerType === 'touch' && (Math.abs(e.movementX) > 4 || Math.abs(e.movementY) > 4)) clearTimeout(hold); return; }
    const p = place(document.elementFromPoint(e.clientX, e.clientY));
    if (p) stroke.to = p;
  }
  function up(e) {
    clearTimeout(hold);
    if (stroke) { const s = stroke; stroke = null; return paint(s.from, s.to, s.kind); }
    const p = place(e.target);
    if (p && e.pointerType === 'touch') { at = p; paint(p, p, kindAt(p)); }
  }

  const make = (name, more, ...children) => { const e = Object.assign(document.createElement(name), more); e.append(...children); return e; };
  const radio = kind => make('label', {}, make('input', {type: 'radio', name: 'brush', checked: kind === brush, onchange: () => { brush = kind; }}), words[kind]);
  const head = make('tr', {}, make('td', {}), ...names.map(n => make('th', {scope: 'col', abbr: n}, n.slice(0, 2))));
  const body = make('tbody', {});
  cells = days.map(() => []);
  for (let i = 0; i < rows; i++) {
    const row = make('tr', {}, make('th', {scope: 'row'}, i % 2 ? '' : clock(i)));
    if (i % 2) row.firstChild.setAttribute('aria-label', clock(i));
    days.forEach((_, d) => {
      const c = make('td', {tabIndex: -1});
      c.setAttribute('role', 'gridcell');
      c.dataset.d = d; c.dataset.r = i;
      cells[d].push(c);
      row.append(c);
    });
    body.append(row);
  }
  const table = make('table', {onkeydown: keys, onpointerdown: down}, make('thead', {}, head), body);
  table.setAttribute('role', 'grid');
  table.setAttribute('aria-label', 'Hours of a week. Arrows move, space paints, shift and arrows paint on, escape undoes.');
  table.addEventListener('touchmove', e => { if (stroke) e.preventDefault(); }, {passive: false});
  addEventListener('pointermove', move);
  addEventListener('pointerup', up);
  addEventListener('pointercancel', () => { clearTimeout(hold); stroke = null; });
  say.setAttribute('role', 'status');
  say.className = 'soft small';
  const scroll = make('div', {className: 'week'}, table);
  grid.append(make('fieldset', {className: 'brush'}, make('legend', {}, 'Paint'), radio('can'), radio('stretch')), scroll, say);
  grid.hidden = false;
  form.addEventListener('input', e => { if (e.target.name !== 'brush') { changed(); read(); draw(); } });
  read();
  draw();
  cells[0][18].tabIndex = 0;
  cells[0][18].scrollIntoView({block: 'nearest'});
  scroll.scrollTop = cells[0][16].offsetTop - 24;
  scrollTo(0, 0);
})();
