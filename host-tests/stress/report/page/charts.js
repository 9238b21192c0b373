/* global document, getComputedStyle, matchMedia, window, uPlot, report */
// The charts of the report page. `report` and uPlot come from the scripts before this one.
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const palette = ['#2d6cdf', '#e0791c', '#1a9a62', '#b04ad6', '#0aa3b5', '#d63a3a', '#8a6d3b'];
const shades = {
  good: ['#1a9a62', '#5cc79a', '#9ad9bf', '#c8ebdd'],
  warn: ['#d98a0b', '#f0b64f', '#b0781a', '#f7d79a', '#8f6a2a', '#e0c080', '#c99a3a'],
  bad: ['#d63a3a', '#ff8a8a', '#8e1f1f', '#b04ad6', '#e8559a', '#6d2f8e', '#f26d3d', '#a33', '#733'],
};

const seconds = (milliseconds) => milliseconds / 1000;

/** Shades every other step behind a chart over time and writes the steps' names at its top. */
function stepBands(chart) {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.font = `${11 * window.devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = 'center';
  report.steps.forEach((step, index) => {
    const from = chart.valToPos(seconds(step.startedAt), 'x', true);
    const to = chart.valToPos(seconds(step.endedAt), 'x', true);
    ctx.fillStyle = index % 2 ? 'rgba(128,140,160,0.05)' : 'rgba(128,140,160,0.12)';
    ctx.fillRect(from, bbox.top, to - from, bbox.height);
    ctx.fillStyle = css('--soft');
    if (ctx.measureText(step.name).width < to - from)
      ctx.fillText(step.name, (from + to) / 2, bbox.top + 13 * window.devicePixelRatio);
  });
  ctx.restore();
}

const axis = (more) => ({
  stroke: css('--soft'),
  grid: { stroke: css('--line'), width: 1 },
  ticks: { stroke: css('--line'), width: 1 },
  ...more,
});

function draw(id, options, data) {
  const element = document.getElementById(id);
  if (!element) return;
  const size = () => ({ width: element.clientWidth, height: options.height ?? 220 });
  const chart = new uPlot({ ...options, ...size() }, data, element);
  window.addEventListener('resize', () => chart.setSize(size()));
}

const overTime = {
  scales: { x: { time: false } },
  hooks: { drawClear: [stepBands] },
  cursor: { drag: { x: true, y: false } },
};
const timeAxis = () => axis({ values: (_, ticks) => ticks.map((tick) => `${tick} s`) });

/** Verdicts per second as stacked bars, the good ones at the bottom. */
function drawTimeline() {
  const { bucketMs, verdicts } = report.timeline;
  const order = ['good', 'warn', 'bad'];
  const names = [...new Set(verdicts.flatMap((bucket) => Object.keys(bucket)))].sort(
    (a, b) => order.indexOf(report.severities[a]) - order.indexOf(report.severities[b]),
  );
  const used = { good: 0, warn: 0, bad: 0 };
  const colours = names.map((name) => shades[report.severities[name]][used[report.severities[name]]++ % 4]);
  const x = verdicts.map((_, index) => seconds((index + 0.5) * bucketMs));
  const rate = (bucket, name) => (bucket[name] ?? 0) / seconds(bucketMs);
  const stacked = names.map((_, upTo) =>
    verdicts.map((bucket) => names.slice(0, upTo + 1).reduce((sum, name) => sum + rate(bucket, name), 0)),
  );
  const bars = uPlot.paths.bars({ size: [0.9, 60] });
  const series = names.map((name, index) => ({
    label: name,
    stroke: colours[index],
    fill: colours[index],
    paths: bars,
    points: { show: false },
    value: (_, __, ___, at) => (at == null ? '' : rate(verdicts[at], name).toFixed(1)),
  }));
  draw(
    'timeline',
    {
      ...overTime,
      series: [
        { label: 'time', value: (_, value) => (value == null ? '' : `${value.toFixed(1)} s`) },
        ...series.toReversed(),
      ],
      axes: [timeAxis(), axis({ size: 70, values: (_, ticks) => ticks.map((tick) => `${tick}/s`) })],
    },
    [x, ...stacked.toReversed()],
  );
}

const milliseconds = (value) =>
  value < 1
    ? `${Math.round(value * 1000)} µs`
    : value < 1000
      ? `${+value.toPrecision(3)} ms`
      : `${+(value / 1000).toPrecision(3)} s`;

/** One line per step over a logarithmic axis. */
function drawLatency() {
  const steps = report.steps.filter((step) => step.count > 0);
  if (steps.length === 0) return;
  const edges = steps.flatMap((step) => step.buckets.map(([edge]) => Math.round(Math.log2(edge) * 8)));
  const [low, high] = [Math.min(...edges) - 1, Math.max(...edges) + 1];
  const x = Array.from({ length: high - low + 1 }, (_, index) => 2 ** ((low + index) / 8));
  const lines = steps.map((step) => {
    const counts = new Map(step.buckets.map(([edge, count]) => [Math.round(Math.log2(edge) * 8), count]));
    return x.map((_, index) => (100 * (counts.get(low + index) ?? 0)) / step.count);
  });
  draw(
    'latency',
    {
      scales: { x: { time: false, distr: 3 } },
      series: [
        { label: 'up to', value: (_, value) => (value == null ? '' : milliseconds(value)) },
        ...steps.map((step, index) => ({
          label: step.name,
          stroke: palette[index % palette.length],
          width: 2,
          fill: `${palette[index % palette.length]}1c`,
          paths: uPlot.paths.spline(),
          points: { show: false },
          value: (_, value) => (value == null ? '' : `${value.toFixed(1)} %`),
        })),
      ],
      axes: [
        axis({ values: (_, ticks) => ticks.map((tick) => (tick == null ? '' : milliseconds(tick))) }),
        axis({ size: 60, values: (_, ticks) => ticks.map((tick) => `${tick} %`) }),
      ],
    },
    [x, ...lines],
  );
}

function drawBoard() {
  const { samples } = report;
  if (samples.length === 0) return;
  const x = samples.map(({ t }) => seconds(t));
  const line = (label, colour) => ({ label, stroke: colour, width: 2, fill: `${colour}22`, points: { show: false } });
  const time = { label: 'time', value: (_, value) => (value == null ? '' : `${value.toFixed(1)} s`) };
  const heapAxis = axis({ size: 60, values: (_, ticks) => ticks.map((tick) => `${tick / 1000} kB`) });
  draw(
    'heap',
    {
      ...overTime,
      scales: { x: { time: false }, y: { range: (_, __, most) => [0, most * 1.08] } },
      series: [time, { ...line('free heap', palette[0]), value: (_, value) => (value == null ? '' : `${value} B`) }],
      axes: [timeAxis(), heapAxis],
    },
    [x, samples.map(({ heap }) => heap)],
  );
  if (!report.hasPcbs) return;
  draw(
    'pcbs',
    {
      ...overTime,
      height: 170,
      series: [time, line('open pcbs', palette[2]), line('TIME_WAIT', palette[1])],
      axes: [timeAxis(), axis({ size: 60 })],
    },
    [x, samples.map(({ openPcbs }) => openPcbs), samples.map(({ timeWait }) => timeWait)],
  );
}

const redraw = () => {
  for (const chart of document.querySelectorAll('.chart')) chart.replaceChildren();
  drawTimeline();
  drawLatency();
  drawBoard();
};
redraw();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
