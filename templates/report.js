
// The script of a report: draws the charts, and makes folding and scrolling
// agree with the size of the screen. It asks nothing of the network.
(function () {
  'use strict';
  var root = document.documentElement;
  var charts = [];

  function variable(name) { return getComputedStyle(root).getPropertyValue('--' + name).trim(); }

  // ---- words and numbers

  var escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  function escaped(s) { return String(s).replace(/[&<>"']/g, function (c) { return escapes[c]; }); }

  function isNumber(v) { return typeof v === 'number' && isFinite(v); }

  function printed(v, axis) {
    if (!isNumber(v)) return '–';
    var s;
    if (axis.percent) s = (100 * v).toFixed(1) + '%';
    else if (v !== 0 && (Math.abs(v) < 1e-4 || Math.abs(v) >= 1e15)) s = v.toExponential(1);
    else s = Number(v.toPrecision(4)).toLocaleString('en-US', { maximumFractionDigits: 8 });
    return s.replace('-', '−');
  }
  function tick(v, axis) {
    if (axis.percent) return Number((100 * v).toPrecision(6)) + '%';
    if (v !== 0 && (Math.abs(v) < 1e-4 || Math.abs(v) >= 1e6)) return v.toExponential().replace('-', '−');
    return Number(v.toPrecision(8)).toLocaleString('en-US', { maximumFractionDigits: 8 }).replace('-', '−');
  }
  function withUnit(v, axis) {
    var s = printed(v, axis);
    if (!axis.unit || axis.percent) return s;
    return s + (axis.unit.charAt(0) === '/' ? '' : ' ') + axis.unit;
  }
  // measured prints a value with its interval and n; ends and n may be missing.
  function measured(v, low, high, n, axis) {
    var s = printed(v, axis);
    if (isNumber(low) && isNumber(high)) s += ' [' + printed(low, axis).replace('%', '') + ', ' + printed(high, axis).replace('%', '') + ']';
    if (isNumber(n)) s += ', n = ' + n.toLocaleString('en-US');
    return s;
  }
  function tip(head, rows) {
    return '<div class="tip"><b>' + escaped(head) + '</b><table>' + rows.map(function (r) {
      return '<tr><td>' + escaped(r[0]) + '</td><td>' + escaped(r[1]) + '</td></tr>';
    }).join('') + '</table></div>';
  }
  // wrapped breaks a label into lines of at most so many letters.
  function wrapped(s, letters) {
    var lines = [], line = '';
    String(s).split(/\s+/).forEach(function (word) {
      while (word.length > letters) {
        if (line) { lines.push(line); line = ''; }
        lines.push(word.slice(0, letters - 1) + '-');
        word = word.slice(letters - 1);
      }
      if (line && line.length + 1 + word.length > letters) { lines.push(line); line = word; }
      else line = line ? line + ' ' + word : word;
    });
    if (line) lines.push(line);
    if (lines.length > 3) lines = lines.slice(0, 2).concat(lines[2].slice(0, letters - 1) + '…');
    return lines.join(lineBreak());
  }
  // ECharts 4 takes the width of a Chinese letter for the height of a line; a
  // machine without a font for it gets lines on top of each other.
  function lineBreak() {
    if (!lineBreak.cached) {
      var c = document.createElement('canvas').getContext('2d');
      c.font = '12px ' + variable('sans');
      lineBreak.cached = '\n'.repeat(Math.max(1, Math.round(13 / (c.measureText('国').width || 12))));
    }
    return lineBreak.cached;
  }

  // ---- custom series

  // band fills what lies between the ends of the intervals, with a gap where
  // one is missing. The first item draws all, so that no seams show.
  function band(points, color) {
    return function (params, api) {
      var group = { type: 'group', children: [] };
      if (params.dataIndex !== 0) return group;
      var run = [];
      function close() {
        if (run.length > 1) {
          var upper = run.map(function (p) { return api.coord([p[0], p[2]]); });
          var lower = run.map(function (p) { return api.coord([p[0], p[1]]); }).reverse();
          group.children.push({ type: 'polygon', shape: { points: upper.concat(lower) }, style: { fill: color, opacity: 0.16, stroke: 'none' } });
        }
        run = [];
      }
      points.forEach(function (p) {
        if (p.every(isNumber)) run.push(p); else close();
      });
      close();
      return group;
    };
  }

  // whisker draws an interval at the middle of a bar.
  function whisker(index, count, layout, color) {
    return function (params, api) {
      var group = { type: 'group', children: [] };
      var low = api.value(1), high = api.value(2);
      if (!isNumber(low) || !isNumber(high)) return group;
      var bars = api.barLayout({ count: count, barGap: layout.barGap, barCategoryGap: layout.barCategoryGap });
      var a = api.coord([api.value(0), low]), b = api.coord([api.value(0), high]);
      var x = a[0] + bars[index].offsetCenter;
      [[x, a[1], x, b[1]], [x - 4, a[1], x + 4, a[1]], [x - 4, b[1], x + 4, b[1]]].forEach(function (l) {
        group.children.push({ type: 'line', shape: { x1: l[0], y1: l[1], x2: l[2], y2: l[3] }, style: { stroke: color, lineWidth: 1.4 } });
      });
      return group;
    };
  }

  // ---- the look of an option

  function dress(chart, width) {
    var option = JSON.parse(chart.source), axes = chart.axes, kind = chart.kind;
    var ink = variable('ink'), soft = variable('soft'), grid = variable('grid'), paper = variable('paper');
    var narrow = width < 480;
    var colors = [1, 2, 3, 4, 5, 6, 7, 8].map(function (i) { return variable('s' + i); });
    var font = { fontFamily: variable('sans'), fontSize: 12 };
    option.textStyle = { fontFamily: font.fontFamily, fontSize: 12, color: ink };
    option.color = colors;
    option.title = undefined;
    option.toolbox = undefined;
    option.animation = false;

    var x = option.xAxis[0], y = option.yAxis[0];
    var plot = Math.max(120, width - 70);
    [[x, axes.x], [y, kind === 'heatmap' ? {} : axes.y]].forEach(function (pair) {
      var axis = pair[0], of = pair[1];
      axis.axisLine = { lineStyle: { color: soft } };
      axis.axisTick = { show: axis === x && kind !== 'heatmap', alignWithLabel: true, lineStyle: { color: soft } };
      axis.splitLine = { show: axis.type !== 'category' && (axis === y || kind === 'scatter'), lineStyle: { color: grid } };
      axis.axisLabel = Object.assign({ color: soft }, font);
      if (axis.type !== 'category') {
        axis.axisLabel.formatter = function (v) { return tick(v, of); };
        axis.splitNumber = chart.range && axis === x ? 3 : axis === x && !of.percent ? (narrow ? 4 : 8) : 5;
      }
    });
    share(option, chart.range);
    if (kind !== 'heatmap') y.axisLine.show = kind === 'scatter';
    if (kind !== 'heatmap' && kind !== 'scatter') y.axisTick.show = false;
    if (x.type === 'category') {
      var n = (x.data || []).length || 1;
      var letters = Math.max(4, Math.floor(plot / n / 6.6));
      x.axisLabel.formatter = function (s) { return wrapped(s, letters); };
      if (plot / n > 26) x.axisLabel.interval = 0;
    }
    if (y.type === 'category') {
      y.axisLabel.formatter = function (s) { return wrapped(s, narrow ? 9 : 22); };
      y.axisLabel.interval = 0;
      y.axisLine.show = x.axisLine.show = false;
      y.axisTick.show = false;
    }
    option.grid = { left: 4, right: kind === 'heatmap' ? 4 : 18, top: 12, bottom: kind === 'heatmap' ? 40 : 6, containLabel: true };

    var main = option.series.filter(function (s) { return s.type !== 'custom'; });
    main.forEach(function (s, i) {
      var color = colors[i % colors.length];
      if (kind === 'line') {
        s.lineStyle = Object.assign({}, s.lineStyle, { color: color });
        s.itemStyle = { color: color };
        s.z = 3;
      } else if (kind === 'scatter') {
        s.itemStyle = Object.assign({}, s.itemStyle, { color: color });
      } else if (kind === 'bar') {
        var hollow = chart.hollow[i];
        s.itemStyle = hollow ? { color: paper, borderColor: color, borderWidth: 1.6 } : { color: color, borderColor: color, borderWidth: 1.6 };
        s.barMaxWidth = 64;
      } else if (kind === 'box') {
        s.itemStyle = { color: variable('tint'), borderColor: colors[0], borderWidth: 1.6 };
        s.boxWidth = [10, 52];
      } else if (kind === 'heatmap') {
        cells(option, s, axes.z, plot, chart.range);
      }
    });
    option.series.forEach(function (s) {
      if (s.type !== 'custom' || s.silent) return;
      var index = main.findIndex(function (m) { return m.name === s.name && !m.taken; });
      main[index].taken = true;
      var points = s.data.map(function (d) { return d.value; });
      s.silent = true;
      s.z = s.renderItem === 'band' ? 1 : 4;
      s.renderItem = s.renderItem === 'band' ? band(points, colors[index % colors.length]) : whisker(index, main.length, main[0], ink);
    });
    main.forEach(function (s) { delete s.taken; });
    option.series = option.series.reduce(function (all, s) { return all.concat(layers(s)); }, []);

    option.tooltip = Object.assign(option.tooltip, {
      confine: true, transitionDuration: 0, padding: [6, 10], backgroundColor: paper, borderColor: soft, borderWidth: 1,
      textStyle: { color: ink, fontFamily: font.fontFamily, fontSize: 12 },
      axisPointer: { type: kind === 'bar' ? 'shadow' : 'line', lineStyle: { color: soft, width: 1 }, shadowStyle: { color: soft, opacity: 0.12 }, animation: false },
      formatter: function (params) { return describe(params, kind, axes, option); }
    });
    return option;
  }

  // share gives a panel the axes of its neighbours.
  function share(option, range) {
    if (!range) return;
    [[option.xAxis[0], range.x], [option.yAxis[0], range.y]].forEach(function (pair) {
      if (!pair[1]) return;
      pair[0].min = pair[1][0];
      pair[0].max = pair[1][1];
    });
    if (range.z && option.visualMap) {
      option.visualMap[0].min = range.z[0];
      option.visualMap[0].max = range.z[1];
    }
  }

  // layers splits a cloud of points into eight, each drawn as one path: the SVG
  // of ECharts 4 takes time with the square of the number of its elements. Points
  // of different layers still darken where they meet. hover finds its points.
  function layers(s) {
    if (s.type !== 'scatter' || s.data.length <= 400) return [s];
    var all = [];
    for (var i = 0; i < 8; i++) {
      all.push(Object.assign({}, s, {
        data: s.data.filter(function (_, j) { return j % 8 === i; }), large: true, largeThreshold: 1, progressive: 0, silent: true
      }));
    }
    return all;
  }

  // cells colours a heat map and prints each value in a colour that stands out.
  function cells(option, series, axis, plot, small) {
    var ramp = variable('ramp').split(/\s+/);
    var map = option.visualMap[0], low = map.min || 0, high = map.max || 0;
    Object.assign(map, {
      dimension: 2, inRange: { color: ramp }, orient: 'horizontal', left: 0, bottom: 0, itemWidth: 10, itemHeight: 150,
      text: [printed(high, axis), printed(low, axis)], textGap: 8, textStyle: { color: variable('soft'), fontFamily: variable('sans'), fontSize: 12 }, hoverLink: false
    });
    var columns = (option.xAxis[0].data || []).length || 1;
    var size = plot / columns > 44 ? 12 : 10;
    map.seriesIndex = 0;
    if (small) map.show = false;
    series.itemStyle = { borderColor: variable('paper'), borderWidth: 1 };
    // ECharts 4 cannot label a cell in SVG; the labels are a series of their own,
    // which marks the gaps as well.
    var labels = series.data.map(function (d) { return d.value.slice(0, 3); }), filled = {};
    labels.forEach(function (v) { filled[v[0] + ' ' + v[1]] = true; });
    for (var i = 0; i < columns; i++) {
      for (var j = 0; j < option.yAxis[0].data.length; j++) if (!filled[i + ' ' + j]) labels.push([i, j, null]);
    }
    var soft = variable('soft');
    if (small && plot / columns < 30) return;
    option.series.push({
      type: 'custom', silent: true, z: 5, data: labels, encode: { x: 0, y: 1 },
      renderItem: function (params, api) {
        var v = api.value(2), t = (v - low) / (high - low || 1), at = api.coord([api.value(0), api.value(1)]);
        return { type: 'text', style: {
          x: at[0], y: at[1], text: printed(v, axis).replace('%', ''), textAlign: 'center', textVerticalAlign: 'middle',
          font: size + 'px ' + variable('sans'), textFill: !isNumber(v) ? soft : luminance(ramp, t) > 0.2 ? '#1c1b19' : '#fff'
        } };
      }
    });
  }
  // luminance is that of the ramp's colour at t in [0,1].
  function luminance(ramp, t) {
    var at = Math.max(0, Math.min(1, t)) * (ramp.length - 1), i = Math.min(Math.floor(at), ramp.length - 2);
    function part(hex, k) { return parseInt(hex.substr(1 + 2 * k, 2), 16) / 255; }
    return [0.2126, 0.7152, 0.0722].reduce(function (sum, w, k) {
      return sum + w * Math.pow(part(ramp[i], k) * (1 - at + i) + part(ramp[i + 1], k) * (at - i), 2.2);
    }, 0);
  }

  // describe returns what a tooltip says, as markup with classes only.
  function describe(params, kind, axes, option) {
    var ps = (Array.isArray(params) ? params : [params]).filter(function (p) { return p.seriesType !== 'custom'; });
    if (!ps.length) return '';
    var p = ps[0], v = p.data && p.data.value || p.value;
    function place(x) {
      var category = option.xAxis[0].type === 'category' && (option.xAxis[0].data || [])[x];
      return (axes.x.name ? axes.x.name + ' ' : '') + (category || withUnit(x, axes.x));
    }
    if (kind === 'heatmap') {
      return tip(option.yAxis[0].data[v[1]] + ' · ' + option.xAxis[0].data[v[0]], [[axes.z.name || '', measured(v[2], v[3], v[4], v[5], axes.z)]]);
    }
    if (kind === 'box') {
      return tip(p.name, ['Maximum', 'Upper quartile', 'Median', 'Lower quartile', 'Minimum'].map(function (name, i) {
        return [name, printed(p.data.value[4 - i], axes.y)];
      }));
    }
    if (kind === 'scatter') {
      return tip(p.data.name || p.seriesName || '', [[axes.x.name || 'x', printed(v[0], axes.x)], [axes.y.name || 'y', measured(v[1], v[2], v[3], v[4], axes.y)]]);
    }
    var n = v[4], same = isNumber(n) && ps.every(function (q) { return q.data.value[4] === n; });
    return tip(place(v[0]) + (same ? ', n = ' + n.toLocaleString('en-US') : ''), ps.map(function (q) {
      var w = q.data.value;
      return [q.seriesName, measured(w[1], w[2], w[3], same ? undefined : w[4], axes.y)];
    }));
  }

  // hover shows the tooltip of a cloud's point, which its path cannot know.
  function hover(chart) {
    var option = JSON.parse(chart.source), box;
    if (!option.series.some(function (s) { return s.type === 'scatter' && s.data.length > 400; })) return;
    function places() { // in pixels, until the chart is drawn again
      if (!chart.places) {
        chart.places = option.series.map(function (s) {
          return s.data.map(function (d) { return chart.instance.convertToPixel('grid', d.value); });
        });
      }
      return chart.places;
    }
    function hide() { if (box) box.remove(); box = null; }
    chart.element.addEventListener('mouseleave', hide);
    chart.element.addEventListener('mousemove', function (e) {
      var frame = chart.element.getBoundingClientRect(), x = e.clientX - frame.left, y = e.clientY - frame.top;
      var near = 64, found;
      option.series.forEach(function (s, i) {
        var button = chart.buttons[i];
        if (s.data.length <= 400 || button && button.getAttribute('aria-pressed') === 'false') return;
        s.data.forEach(function (d, j) {
          var at = places()[i][j], dx = at[0] - x, dy = at[1] - y;
          if (dx * dx + dy * dy < near) { near = dx * dx + dy * dy; found = { data: d, seriesName: s.name }; }
        });
      });
      if (!found) { hide(); return; }
      if (!box) {
        box = document.createElement('div');
        box.className = 'hover';
        chart.element.appendChild(box);
      }
      box.innerHTML = describe(found, 'scatter', chart.axes, option);
      box.style.left = Math.max(0, Math.min(x + 14, frame.width - box.offsetWidth)) + 'px';
      box.style.top = Math.max(0, y > frame.height / 2 ? y - box.offsetHeight - 10 : y + 14) + 'px';
    });
  }

  // ---- drawing

  function draw(chart) {
    chart.pending = false;
    chart.places = null;
    if (chart.instance) chart.instance.dispose();
    chart.width = chart.element.clientWidth;
    chart.instance = echarts.init(chart.element, null, { renderer: 'svg' });
    chart.instance.setOption(dress(chart, chart.width));
    chart.buttons.forEach(function (b) {
      if (b.getAttribute('aria-pressed') === 'false') chart.instance.dispatchAction({ type: 'legendUnSelect', name: b.textContent });
    });
  }

  function prepare(element) {
    var figure = element.closest('.panel, figure'), panels = element.closest('.panels');
    var from = element.dataset.of ? document.getElementById(element.dataset.of) : figure; // where its numbers stand
    var chart = {
      range: panels && JSON.parse(panels.dataset.range),
      element: element, figure: figure, kind: element.dataset.kind, axes: JSON.parse(element.dataset.axes), buttons: [],
      source: from.querySelector('script.chart-option').textContent,
      hollow: Array.from(from.querySelectorAll('.swatch')).map(function (s) { return s.classList.contains('hollow'); })
    };
    figure.classList.add('drawn');
    var option = JSON.parse(chart.source);
    if (chart.kind === 'heatmap') {
      var rows = option.yAxis[0].data.length, columns = option.xAxis[0].data.length;
      element.style.height = (chart.range ? Math.max(120, 50 + rows * 22) : Math.max(170, 100 + rows * 42)) + 'px';
      if (!chart.range) element.style.minWidth = 70 + columns * 34 + 'px';
    }
    chart.data = figure.querySelector('details.data');
    if (chart.data) chart.data.open = false;
    chart.pending = true;
    hover(chart);
    figure.querySelectorAll('.legend .entry').forEach(function (entry) {
      var button = document.createElement('button');
      button.type = 'button';
      button.title = 'Show or hide';
      button.setAttribute('aria-pressed', 'true');
      while (entry.firstChild) button.appendChild(entry.firstChild);
      entry.replaceWith(button);
      chart.buttons.push(button);
      button.addEventListener('click', function () {
        button.setAttribute('aria-pressed', button.getAttribute('aria-pressed') === 'true' ? 'false' : 'true');
        if (chart.instance) chart.instance.dispatchAction({ type: 'legendToggleSelect', name: button.textContent });
      });
    });
    charts.push(chart);
  }

  function attempt(chart) {
    try {
      draw(chart);
    } catch (e) { // the numbers stand open below
      chart.figure.classList.remove('drawn');
      if (chart.data) chart.data.open = true;
      charts.splice(charts.indexOf(chart), 1);
      console.error('chart ' + chart.figure.id + ': ' + e);
    }
  }

  // What is folded or hidden is drawn once it is shown.
  function shown(chart) { return chart.element.clientWidth > 0 && !chart.element.closest('[hidden]'); }

  function redraw() {
    charts.slice().forEach(function (c) {
      if (shown(c)) attempt(c); else c.pending = true;
    });
  }

  // Charts in view are drawn at once, the others one by one when there is time,
  // the nearest first.
  function distance(chart) {
    var r = chart.element.getBoundingClientRect();
    return Math.max(0, r.top - innerHeight, -r.bottom);
  }
  function next(inView) {
    var nearest;
    charts.forEach(function (c) {
      if (c.pending && shown(c) && (!nearest || distance(c) < distance(nearest))) nearest = c;
    });
    if (!nearest || inView && distance(nearest) > 0) return false;
    attempt(nearest);
    return true;
  }
  var waking;
  function rest() { waking = next(false) && setTimeout(rest, 0); }
  function wake() { if (!waking) waking = setTimeout(rest, 0); }

  // ---- pictures that stand in the page more than once

  var pictures = {};
  document.querySelectorAll('img[data-sha256]').forEach(function (img) {
    var digest = img.dataset.sha256, src = img.getAttribute('src');
    if (src) pictures[digest] = src;
    else if (pictures[digest]) img.src = pictures[digest];
  });

  // ---- variants, one at a time

  var variants = Array.from(document.querySelectorAll('.variant'));
  var picker = document.querySelector('.picker');

  function ofHash(hash) {
    var target = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
    return target && target.closest('.variant');
  }

  // inSight returns the cell at the top of the window and where it stands there,
  // so that another variant can show the same one in the same place.
  function inSight() {
    var top = picker.getBoundingClientRect().bottom;
    return variants.reduce(function (found, v) {
      if (found || v.hidden) return found;
      return Array.from(v.querySelectorAll('.cell')).map(function (c) {
        return { cell: c.dataset.cell, top: c.getBoundingClientRect().top, bottom: c.getBoundingClientRect().bottom };
      }).find(function (c) { return c.bottom > top && c.top < innerHeight; });
    }, undefined);
  }

  function choose(variant) {
    var before = inSight();
    variants.forEach(function (v) {
      if (v === variant) v.hidden = false;
      else v.setAttribute('hidden', 'until-found');
    });
    var at = variant.dataset.at.split(',');
    picker.querySelectorAll('fieldset').forEach(function (f, i) { f.querySelectorAll('input')[at[i]].checked = true; });
    picker.querySelector('.chosen').textContent = 'Shown: ' + variant.dataset.label + ' (' + (variants.indexOf(variant) + 1) + ' of ' + variants.length + ')';
    if (before) {
      var same = Array.from(variant.querySelectorAll('.cell')).find(function (c) { return c.dataset.cell === before.cell; });
      if (same) scrollBy(0, same.getBoundingClientRect().top - before.top);
    }
    reachable();
    wake();
  }

  function reveal(hash) {
    var v = ofHash(hash);
    if (v && v.hidden) choose(v);
    return v;
  }

  if (picker) {
    picker.hidden = false;
    picker.addEventListener('change', function () {
      var at = Array.from(picker.querySelectorAll('input:checked')).map(function (i) { return i.value; }).join(',');
      choose(variants.find(function (v) { return v.dataset.at === at; }));
    });
    variants.forEach(function (v) {
      v.addEventListener('beforematch', function () { choose(v); }); // found by the browser's search
    });
    document.addEventListener('click', function (e) {
      var a = e.target.closest('a[href^="#"]');
      if (a) reveal(a.hash);
    });
    addEventListener('hashchange', function () {
      if (reveal(location.hash)) document.getElementById(decodeURIComponent(location.hash.slice(1))).scrollIntoView();
    });
    choose(ofHash(location.hash) || variants[0]);
  }

  // ---- comparisons

  // slide puts both pictures of a comparison on top of each other, between them on
  // the page, with an edge that a pointer or the arrow keys move.
  function slide(figure) {
    var pair = figure.querySelector('.pair'), pictures = Array.from(pair.querySelectorAll('.picture'));
    var images = pictures.map(function (p) { return p.querySelector('img'); });
    if (images.length !== 2 || ['width', 'height'].some(function (side) { return images[0].getAttribute(side) !== images[1].getAttribute(side); })) return;
    var names = pictures.map(function (p, i) {
      var label = p.querySelector('.label');
      return label && label.textContent.trim() || images[i].alt || ['before', 'after'][i];
    });
    function made(tag, name, parent) {
      var e = document.createElement(tag);
      e.className = name;
      parent.appendChild(e);
      return e;
    }
    var box = document.createElement('div');
    box.className = 'slide';
    var stage = made('div', 'stage', box);
    stage.setAttribute('aria-hidden', 'true'); // both pictures stand beside it, with their texts
    images.forEach(function (image, i) {
      var copy = image.cloneNode();
      delete copy.dataset.sha256; // the record's picture stands beside it
      copy.alt = '';
      copy.draggable = false;
      if (i) copy.className += ' over';
      stage.appendChild(copy);
    });
    var over = stage.lastChild, edge = made('div', 'edge', stage), range = made('input', '', box), said = made('p', '', box);
    range.type = 'range';
    range.min = 0;
    range.max = 100;
    range.value = 50;
    range.setAttribute('aria-label', 'Compare ' + names[0] + ' with ' + names[1]);
    said.textContent = 'left ' + names[0] + ', right ' + names[1];
    said.setAttribute('aria-hidden', 'true');
    function move() {
      over.style.clipPath = 'inset(0 0 0 ' + range.value + '%)';
      edge.style.left = range.value + '%';
      range.setAttribute('aria-valuetext', range.value + '% ' + names[0] + ', ' + (100 - range.value) + '% ' + names[1]);
    }
    function follow(e) {
      var r = stage.getBoundingClientRect();
      range.value = Math.round(100 * (e.clientX - r.left) / r.width);
      move();
    }
    range.addEventListener('input', move);
    stage.addEventListener('pointerdown', function (e) { stage.setPointerCapture(e.pointerId); follow(e); });
    stage.addEventListener('pointermove', function (e) { if (stage.hasPointerCapture(e.pointerId)) follow(e); });
    pair.insertBefore(box, pictures[1]);
    move();
  }
  document.querySelectorAll('.compare').forEach(slide);

  // ---- the page

  var wide = matchMedia('(min-width: 76rem)');
  var contents = document.querySelector('.contents details');
  function fold() { if (contents) contents.open = wide.matches; }
  wide.addEventListener('change', fold);
  fold();

  // Only a region that scrolls needs to be reached by the keyboard.
  function reachable() {
    document.querySelectorAll('[role="region"]').forEach(function (r) {
      if (r.scrollWidth > r.clientWidth || r.scrollHeight > r.clientHeight) r.tabIndex = 0;
      else r.removeAttribute('tabindex');
    });
  }
  addEventListener('resize', reachable);
  document.addEventListener('toggle', reachable, true);

  // The contents show where the reader is.
  if ('IntersectionObserver' in window) {
    var links = {};
    document.querySelectorAll('.contents a').forEach(function (a) { links[decodeURIComponent(a.hash.slice(1))] = a; });
    var current;
    var observer = new IntersectionObserver(function (entries) {
      entries.forEach(function (e) {
        if (!e.isIntersecting) return;
        if (current) current.removeAttribute('aria-current');
        current = links[e.target.id];
        current.setAttribute('aria-current', 'true');
      });
    }, { rootMargin: '0px 0px -75% 0px' });
    Object.keys(links).forEach(function (id) {
      var place = document.getElementById(id);
      if (place) observer.observe(place);
    });
  }

  if (typeof echarts !== 'undefined') {
    document.querySelectorAll('.chart').forEach(prepare);
    while (next(true));
    wake();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
    matchMedia('print').addEventListener('change', redraw);
    if ('ResizeObserver' in window) {
      var resized = new ResizeObserver(function (entries) {
        entries.forEach(function (e) {
          charts.slice().forEach(function (c) {
            if (c.element !== e.target || !shown(c)) return;
            if (c.pending) wake();
            else if (c.element.clientWidth !== c.width) attempt(c);
          });
        });
      });
      charts.forEach(function (c) { resized.observe(c.element); });
    }
  }
  reachable();
})();
