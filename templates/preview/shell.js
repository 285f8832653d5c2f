// The script of the live preview: takes the state of the server as it changes,
// puts a new report in the place of the old one where the reader is, and shows
// how far a run is and what is wrong. All text goes in as text.
(function () {
  'use strict';
  var pages = document.getElementById('pages'), empty = document.getElementById('empty');
  var problems = document.getElementById('problems'), list = problems.querySelector('ol'), head = problems.querySelector('h1');
  var status = document.getElementById('status'), words = status.querySelector('p'), bar = status.querySelector('progress');
  var show = document.getElementById('show'), hide = document.getElementById('hide'), stale = document.getElementById('stale');
  var current = null, wanted = 0, told = 0, hidden = false;

  function add(parent, name, className, text) {
    var e = document.createElement(name);
    if (className) e.className = className;
    e.textContent = text;
    parent.appendChild(e);
    return e;
  }

  // ---- reports

  // reading says where the reader is: the cell at the top of the window and how
  // far it is scrolled, and which folds are open.
  function reading(frame) {
    var at = frame.contentWindow, doc = frame.contentDocument, place = { y: at.scrollY, folds: {} };
    folds(doc, function (key, fold) { place.folds[key] = fold.open; });
    if (at.scrollY > 0) {
      doc.querySelectorAll('[id^="cell-"]').forEach(function (cell) {
        var top = cell.getBoundingClientRect().top;
        if (top <= 1) { place.cell = cell.id; place.top = top; }
      });
    }
    return place;
  }
  function folds(doc, each) {
    var nth = {};
    doc.querySelectorAll('details').forEach(function (fold) {
      var within = fold.closest('[id]'), key = (within ? within.id : '') + ' ' + fold.className;
      nth[key] = (nth[key] || 0) + 1;
      each(key + ' ' + nth[key], fold);
    });
  }
  function goTo(frame, place) {
    var at = frame.contentWindow, cell = place.cell && frame.contentDocument.getElementById(place.cell);
    folds(frame.contentDocument, function (key, fold) { if (key in place.folds) fold.open = place.folds[key]; });
    at.scrollTo({ left: 0, top: cell ? at.scrollY + cell.getBoundingClientRect().top - place.top : place.y, behavior: 'instant' });
  }

  // The frame may hold reports of this server only; what they link to opens beside it.
  function outward(event) {
    var link = event.target.closest && event.target.closest('a[href]');
    if (!link || link.origin === location.origin) return;
    event.preventDefault();
    window.open(link.href, '_blank', 'noopener');
  }

  function load(number) {
    if (number === wanted || number === 0) return;
    wanted = number;
    document.querySelectorAll('iframe.next').forEach(function (f) { f.remove(); });
    var frame = document.createElement('iframe');
    frame.className = 'next';
    frame.title = 'The report';
    frame.src = 'report?' + number;
    frame.addEventListener('load', function () {
      if (number !== wanted) return;
      frame.contentDocument.addEventListener('click', outward);
      if (current) {
        goTo(frame, reading(current));
        current.remove();
      }
      frame.className = '';
      frame.dataset.page = number;
      current = frame;
      empty.hidden = true;
    }, { once: true });
    pages.appendChild(frame);
  }

  // ---- words

  function place(p) {
    return p.file ? [p.file, p.line, p.column].filter(Boolean).join(':') : '';
  }
  function caret(p) {
    var line = p.excerpt.replace(/^[ \t]+/, ''), at = p.column - 1 - (p.excerpt.length - line.length);
    return at >= 0 && at <= line.length ? line + '\n' + ' '.repeat(at) + '^' : line;
  }
  function complain(state) {
    list.textContent = '';
    state.problems.forEach(function (p) {
      var item = add(list, 'li', '', '');
      var where = add(item, 'p', 'place', place(p));
      if (p.code) add(where, 'span', 'code', p.code).title = 'jpgreport doc ' + p.code;
      add(item, 'p', 'message', (p.cell ? 'cell ' + p.cell + ': ' : '') + p.message);
      if (p.excerpt) add(item, 'pre', '', caret(p));
      if (p.hint) add(item, 'p', 'hint', 'hint: ' + p.hint);
    });
    head.textContent = count(state);
    stale.hidden = !state.stale;
  }
  function count(state) {
    var n = state.problems.length;
    return n === 1 ? '1 error' : n + ' errors';
  }

  function draw(state) {
    var wrong = state.problems.length > 0, mark = '';
    if (state.told !== told) { // a hidden error is shown again by the next save
      told = state.told;
      hidden = false;
      complain(state);
    }
    problems.hidden = !wrong || hidden;
    show.hidden = !wrong || !hidden;
    status.className = wrong && !state.running ? 'wrong' : '';
    bar.hidden = true;
    if (state.running) {
      mark = '… ';
      words.textContent = state.cell ? '[' + state.number + '/' + state.cells + '] ' + state.cell : 'Running';
      if (state.task) {
        words.textContent += ': ' + state.task + (state.total ? ', ' + state.done + ' of ' + state.total + ' ' + state.unit : '');
        bar.hidden = !state.total;
        bar.max = state.total || 1;
        bar.value = state.done || 0;
      }
    } else if (wrong) {
      mark = '✗ ';
      words.textContent = count(state);
    } else {
      words.textContent = state.note || '';
    }
    status.hidden = !(state.running || wrong && hidden || state.note);
    if (!state.running && wrong) empty.textContent = 'There is no report yet.';
    document.title = mark + state.name;
    load(state.page);
  }

  hide.addEventListener('click', function () { hidden = true; draw(last); });
  show.addEventListener('click', function () { hidden = false; draw(last); });
  addEventListener('keydown', function (event) { if (event.key === 'Escape' && last) { hidden = true; draw(last); } });

  var last = null;
  var source = new EventSource('events');
  source.addEventListener('message', function (event) { last = JSON.parse(event.data); draw(last); });
  source.addEventListener('error', function () {
    status.hidden = false;
    status.className = 'wrong';
    bar.hidden = true;
    words.textContent = 'The preview has ended; the report stays.';
  });
})();
