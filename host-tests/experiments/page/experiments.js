/* global document, getComputedStyle, window, uPlot, charts */
// Draws every chart of the page. `charts` and uPlot come from the scripts before.
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const palette = ['#d63a3a', '#e0791c', '#2d6cdf', '#1a9a62', '#8a4fd0', '#0e9bb0'];

const axis = (more) => ({
  stroke: css('--soft'),
  grid: { stroke: css('--line'), width: 1 },
  ticks: { stroke: css('--line'), width: 1 },
  ...more,
});

const colour = (index, count) => (count <= palette.length ? palette[index] : `hsl(${(index * 360) / count} 65% 45%)`);

/** The first lines are the widest, so that one that lies on another can be seen. */
const line = (name, index, count, more) => ({
  label: name,
  stroke: colour(index, count),
  width: Math.max(2, 7 - 2 * index),
  spanGaps: true,
  ...more,
});

/** Free heap over virtual time, one line per trial. Curves have samples of their own; the chart wants one axis for all. */
function heapChart({ trials }) {
  const drawn = trials.filter(({ curve }) => curve.length > 0);
  return {
    data: drawn.map(({ curve }) => [curve.map(([t]) => t), curve.map(([, heap]) => heap)]),
    x: { label: 'time', text: (value) => `${value.toFixed(1)} s`, ticks: (value) => `${value} s` },
    y: (value) => `${value / 1000} kB`,
    series: drawn.map(({ name }, index) =>
      line(`heap, ${name}`, index, drawn.length, { width: 2, points: { show: false } }),
    ),
  };
}

/** A figure over a parameter, one line per series. */
function plotChart({ x, unit, series }) {
  return {
    data: series.map(({ points }) => [points.map(([at]) => at), points.map(([, value]) => value)]),
    x: { label: x, text: (value) => `${value}`, ticks: (value) => `${value}` },
    y: (value) => (unit ? `${value} ${unit}` : `${value}`),
    series: series.map(({ name }, index) => line(name, index, series.length, { points: { show: true, size: 6 } })),
  };
}

for (const chart of charts) {
  const element = document.getElementById(chart.id);
  const { data, x, y, series } = chart.kind === 'heap' ? heapChart(chart) : plotChart(chart);
  if (!element || data.length === 0) continue;
  const size = () => ({ width: element.clientWidth, height: chart.kind === 'heap' ? 200 : 260 });
  const plot = new uPlot(
    {
      ...size(),
      scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.08)] } },
      series: [{ label: x.label, value: (_, value) => (value == null ? '' : x.text(value)) }, ...series],
      axes: [
        axis({ values: (_, ticks) => ticks.map(x.ticks) }),
        axis({ size: 80, values: (_, ticks) => ticks.map(y) }),
      ],
    },
    uPlot.join(data),
    element,
  );
  window.addEventListener('resize', () => plot.setSize(size()));
}
