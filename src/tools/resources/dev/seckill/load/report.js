// Draws the page from the report's data.
(() => {
  'use strict';
  const report = JSON.parse(document.getElementById('data').textContent);
  const COLOURS = ['#2970ff', '#f79009', '#12b76a', '#ee46bc', '#875bf7', '#06aed4'];
  const style = getComputedStyle(document.documentElement);
  const colour = name => style.getPropertyValue(name).trim();

  const number = (value, digits) => value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const fitting = value => number(value, value === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2);
  const ms = us => number(us / 1000, us < 10000 ? 2 : us < 1e6 ? 1 : 0);

  function add(parent, tag, text, name) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (name) element.className = name;
    return parent.appendChild(element);
  }

  // Columns: [title, value of a row, class].
  function table(parent, rows, columns) {
    const element = add(add(parent, 'div', undefined, 'scroll'), 'table');
    if (columns.some(column => column[0])) {
      const head = add(element, 'tr');
      columns.forEach(([title, , name]) => add(head, 'th', title, name === 'number' || name === 'number ratio' ? 'number' : ''));
    }
    rows.forEach(row => {
      const line = add(element, 'tr');
      columns.forEach(([, value, name]) => add(line, 'td', value(row), name));
    });
  }

  const axis = (label, more) => Object.assign({
    label, stroke: colour('--faint'), labelSize: 20,
    grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line'), width: 1 },
  }, more);

  function plot(parent, title, series, options) {
    add(parent, 'h3', title);
    const data = uPlot.join(series.map(each => [each.x, each.y]));
    const chart = new uPlot(Object.assign({
      width: parent.clientWidth, height: 300,
      series: [options.x].concat(series.map((each, i) => ({
        label: each.name, stroke: COLOURS[i % COLOURS.length], width: 2, spanGaps: true,
        points: { show: options.points, size: 6 }, value: (_, value) => value == null ? '' : options.show(value),
      }))),
    }, options.chart), data, parent);
    addEventListener('resize', () => chart.setSize({ width: parent.clientWidth, height: 300 }));
  }

  function throughput(parent, measurements) {
    plot(parent, 'Throughput over time', measurements.map(each => ({
      name: each.name, x: each.throughput.map(point => point[0]), y: each.throughput.map(point => point[1]),
    })), {
      points: true, show: value => number(value, 0) + '/s',
      x: { label: 'time', value: (_, value) => value == null ? '' : number(value, 1) + ' s' },
      chart: {
        scales: { x: { time: false }, y: { range: (_, least, most) => [0, most * 1.08] } },
        axes: [axis('s'), axis('answers/s', { size: 70, values: (_, values) => values.map(value => number(value, 0)) })],
      },
    });
  }

  function curve(parent, curve) {
    plot(parent, curve.name, [{
      name: curve.unit, x: curve.points.map(point => point[0]), y: curve.points.map(point => point[1]),
    }], {
      points: true, show: value => fitting(value) + ' ' + curve.unit,
      x: { label: 'time', value: (_, value) => value == null ? '' : number(value, 1) + ' s' },
      chart: {
        scales: { x: { time: false }, y: { range: (_, least, most) => [0, Math.max(most, 1) * 1.08] } },
        axes: [axis('s'), axis(curve.unit, { size: 70, values: (_, values) => values.map(fitting) })],
      },
    });
  }

  // The further right, the rarer: one in ten, in a hundred, in a thousand ...
  function latency(parent, measurements) {
    const rarity = percentile => 1 / (1 - percentile / 100);
    const level = x => {
      const digits = Math.max(0, Math.round(Math.log10(x)) - 2);
      return number(100 - 100 / x, x < 10 ? 0 : digits) + ' %';
    };
    plot(parent, 'Latency by percentile', measurements.map(each => {
      const points = each.latency_distribution.filter(point => point[0] < 100 && point[1] > 0);
      return { name: each.name, x: points.map(point => rarity(point[0])), y: points.map(point => point[1] / 1000) };
    }), {
      points: false, show: value => ms(value * 1000) + ' ms',
      x: { label: 'percentile', value: (_, x) => x == null ? '' : number(100 - 100 / x, x < 10 ? 0 : x < 1000 ? 2 : 4) + ' %' },
      chart: {
        scales: { x: { time: false, distr: 3, log: 10 }, y: { distr: 3, log: 10 } },
        axes: [
          axis('percentile', { values: (_, values) => values.map(x => x == null || Math.log10(x) % 1 ? '' : level(x)) }),
          axis('ms', { size: 60, values: (_, values) => values.map(value => value == null || Math.log10(value) % 1 ? '' : String(value)) }),
        ],
      },
    });
  }

  const figureColumns = [
    ['', figure => figure.name],
    ['', figure => fitting(figure.value), 'number'],
    ['', figure => figure.unit],
    ['', figure => figure.remark, 'remark'],
  ];

  function chapter(parent, chapter) {
    add(parent, 'h2', chapter.title);
    add(parent, 'p', chapter.about, 'about');
    add(parent, 'p', chapter.load, 'about');
    if (chapter.highlights.length > 0) {
      table(add(parent, 'div', undefined, 'highlights'), chapter.highlights, figureColumns);
    }
    const rate = each => each.answers_per_second;
    const percentile = (title, name) => [title, each => ms(each.latency_us[name]), 'number'];
    if (chapter.measurements.length > 0) {
      table(parent, chapter.measurements, [
        ['', each => each.name],
        ['answers/s', each => number(rate(each).median, 0), 'number'],
        ['least to most', each => number(rate(each).least, 0) + ' – ' + number(rate(each).most, 0), 'number'],
        ['ratio', each => each.ratio ? number(each.ratio.median, 2) : '', 'number ratio'],
        ['least to most', each => each.ratio ? number(each.ratio.least, 2) + ' – ' + number(each.ratio.most, 2) : '', 'number'],
        ['to', each => each.compared_with ?? ''],
      ]);
      table(parent, chapter.measurements, [
        ['latency in ms', each => each.name],
        percentile('50 %', '50'), percentile('75 %', '75'), percentile('90 %', '90'), percentile('99 %', '99'),
        percentile('99.9 %', '99.9'), percentile('99.99 %', '99.99'), percentile('longest', 'max'),
        ['answers', each => Object.entries(each.outcomes).map(([kind, count]) => number(count, 0) + ' ' + kind).join(', ')],
      ]);
      const plots = add(parent, 'div', undefined, 'plots');
      throughput(add(plots, 'div'), chapter.measurements.filter(each => each.throughput.length > 0));
      latency(add(plots, 'div'), chapter.measurements.filter(each => each.latency_distribution.length > 0));
    }
    if (chapter.curves.length > 0) {
      const curves = add(parent, 'div', undefined, 'plots');
      chapter.curves.forEach(each => curve(add(curves, 'div'), each));
    }
    chapter.remarks.forEach(remark => add(parent, 'p', remark));
    chapter.measurements.filter(each => each.figures.length > 0).forEach(each => {
      add(parent, 'h3', each.name);
      table(parent, each.figures, figureColumns);
    });
    if (chapter.figures.length > 0) {
      add(parent, 'h3', 'Besides');
      table(parent, chapter.figures, figureColumns);
    }
  }

  const body = document.body;
  add(body, 'h1', 'Load of a Seckill node: ' + report.verb);
  add(body, 'p', report.date, 'faint');
  if (report.quick) {
    add(body, 'p', 'This was --quick, to try the tool: a few short slices before the compilers were done. The figures mean nothing.', 'warn');
  }
  add(body, 'p', 'Read the ratios: a figure holds for this machine, a ratio to the same load on the same server answering with a'
    + ' constant holds for others too. Where there are rounds, figures are medians over them.');
  report.chapters.forEach(each => chapter(body, each));
  add(body, 'h2', 'Conditions');
  table(body, Object.entries(report.conditions), [['', line => line[0]], ['', line => line[1]]]);
})();
