// Draws a week above the fields of the hours, which stay the truth: strokes are written
// into them, and what is typed there is drawn. Without this file the fields do it all.
(() => {
  const $ = id => document.getElementById(id), form = $('hours'), grid = $('grid');
  const days = [...form.querySelectorAll('fieldset[data-day]')];
  const names = days.map(d => d.querySelector('legend').textContent);
  const words = {can: 'can', stretch: 'if needed', '': 'not'}, signs = {can: '✓', stretch: '~', '': ''};
  const rows = 48, undo = [], cells = days.map(() => []);
  let week = [], stroke, hold, brush = 'can', at = [0, 18];

  const clock = n => String((n >> 1) % 24).padStart(2, '0') + (n % 2 ? ':30' : ':00');
  const half = s => { const [h, m] = s.split(':'); return h * 2 + m / 30; };
  const spans = (d, kind) => [...days[d].querySelectorAll(`[name*="-${kind}"][name$="-from"]`)]
    .map(from => [from, form.elements[from.name.replace(/from$/, 'to')]]);
  const make = (name, more, ...children) => {
    const e = document.createElement(name);
    for (const k in more) k in e ? e[k] = more[k] : e.setAttribute(k, more[k]);
    e.append(...children);
    return e;
  };
  const inputs = [...form.querySelectorAll('[type=time]')];
  const typed = () => inputs.map(e => e.value);
  const say = make('p', {role: 'status', className: 'soft small'});

  // read fills week from the fields: a cell is painted if all of it is.
  function read() {
    week = days.map((_, d) => {
      const day = Array(rows).fill('');
      for (const kind of ['stretch', 'can']) for (const [from, to] of spans(d, kind)) {
        const a = half(from.value), b = half(to.value) || rows;
        if (from.value && to.value) for (let i = Math.ceil(a); i + 1 <= (b < a ? rows : b); i++) day[i] = kind;
      }
      return day;
    });
    draw();
  }

  // write puts one day of week into its fields; what was typed and stays keeps its minutes.
  // It returns false if the fields do not suffice.
  function write(d) {
    const day = week[d], all = ['can', 'stretch'].map(kind => {
      const runs = [];
      day.forEach((is, i) => {
        // What one can is within what one can if needed.
        const last = runs[runs.length - 1];
        if (is !== kind) return;
        if (last && day.slice(last[1], i).every(is => is === 'can')) last[1] = i + 1; else runs.push([i, i + 1]);
      });
      return [spans(d, kind), runs];
    });
    if (all.some(([fields, runs]) => runs.length > fields.length)) return false;
    for (const [fields, runs] of all) {
      // By cell, where the fields begin and end: to the quarter of an hour, or after midnight.
      const were = [
        fields.map(([from]) => [Math.ceil(half(from.value)), from.value]),
        fields.map(([from, to]) => [half(to.value) <= half(from.value) ? rows : half(to.value) | 0, to.value]),
      ].map(Object.fromEntries);
      fields.forEach(([from, to], i) => {
        [from.value, to.value] = runs[i] ? runs[i].map((n, end) => were[end][n] || clock(n)) : ['', ''];
      });
    }
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

  function back(to) {
    inputs.forEach((e, i) => { e.value = to[i]; });
    read();
  }

  function paint(a, b, kind) {
    const was = typed(), [[d0, d1], [r0, r1]] = [0, 1].map(k => [a[k], b[k]].sort((x, y) => x - y));
    for (let d = d0; d <= d1; d++) {
      week[d].fill(kind, r0, r1 + 1);
      if (write(d)) continue;
      back(was);
      say.textContent = `${names[d]} has no room for more times: two that you can, and one if needed`;
      return;
    }
    undo.push(was);
    draw();
    changed();
    say.textContent = `${names[d0]}${d1 > d0 ? ' to ' + names[d1] : ''} ${clock(r0)} to ${clock(r1 + 1)}: ${words[kind]}`;
  }

  const changed = () => { $('unsaved').textContent = 'not saved yet'; };
  const place = c => c && c.dataset.d && [+c.dataset.d, +c.dataset.r];
  const kindAt = p => week[p[0]][p[1]] === brush ? '' : brush;

  function focus(p) {
    cells[at[0]][at[1]].tabIndex = -1;
    const c = cells[(at = p)[0]][p[1]];
    c.tabIndex = 0;
    c.focus();
  }

  function onkeydown(e) {
    const [d, r] = at, to = {ArrowUp: [d, r - 1], ArrowDown: [d, r + 1], ArrowLeft: [d - 1, r], ArrowRight: [d + 1, r], Home: [d, 0], End: [d, rows - 1]}[e.key];
    if (to) {
      e.preventDefault();
      if (!cells[to[0]]?.[to[1]]) return;
      if (e.shiftKey) paint(at, to, week[d][r] || brush);
      focus(to);
    } else if (e.key === ' ' || e.key === 'Enter') {
      e.preventDefault();
      paint(at, at, kindAt(at));
    } else if (e.key === 'Escape' && undo.length) {
      back(undo.pop());
      say.textContent = 'undone';
    }
  }

  // A mouse drags a rectangle. A finger taps one cell, scrolls, or paints once it was held.
  function onpointerdown(e) {
    const p = place(e.target), begin = () => { stroke = [p, p, kindAt(p)]; };
    if (!p || e.button) return;
    if (e.pointerType === 'touch') { hold = setTimeout(begin, 300); return; }
    e.preventDefault();
    begin();
    focus(p);
  }
  addEventListener('pointermove', e => {
    if (stroke) stroke[1] = place(document.elementFromPoint(e.clientX, e.clientY)) || stroke[1];
    else if (Math.abs(e.movementX) + Math.abs(e.movementY) > 4) clearTimeout(hold);
  });
  addEventListener('pointerup', e => {
    clearTimeout(hold);
    const p = place(e.target), s = stroke || p && e.pointerType === 'touch' && [p, at = p, kindAt(p)];
    stroke = null;
    if (s) paint(...s);
  });
  addEventListener('pointercancel', () => { clearTimeout(hold); stroke = null; });

  const radio = kind => make('label', {}, make('input', {type: 'radio', name: 'brush', checked: kind === brush, onchange: () => { brush = kind; }}), words[kind]);
  const table = make('table', {role: 'grid', 'aria-label': 'Hours of a week. Arrows move, space paints, shift and arrows paint on, escape undoes.', onkeydown, onpointerdown},
    make('thead', {}, make('tr', {}, make('td'), ...names.map(n => make('th', {scope: 'col', abbr: n}, n.slice(0, 2))))));
  const body = table.createTBody();
  for (let r = 0; r < rows; r++) {
    const row = body.appendChild(make('tr', {}, make('th', {scope: 'row', 'aria-label': clock(r)}, r % 2 ? '' : clock(r))));
    cells.forEach((column, d) => {
      const c = make('td', {role: 'gridcell', tabIndex: -1});
      Object.assign(c.dataset, {d, r});
      column.push(row.appendChild(c));
    });
  }
  table.addEventListener('touchmove', e => { if (stroke) e.preventDefault(); }, {passive: false});
  const scroll = make('div', {className: 'week'}, table);
  grid.append(make('fieldset', {className: 'brush'}, make('legend', {}, 'Paint'), radio('can'), radio('stretch')), scroll, say);
  grid.hidden = false;
  form.addEventListener('input', e => { if (e.target.name !== 'brush') { changed(); read(); } });
  read();
  cells[0][18].tabIndex = 0;
  scroll.scrollTop = cells[0][16].offsetTop - 24;
})();
