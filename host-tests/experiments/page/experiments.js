/* global document, getComputedStyle, window, uPlot, experiments */
// Free heap and TIME_WAIT over virtual time, one line per trial. `experiments` and uPlot come from the scripts before.
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const palette = ['#d63a3a', '#e0791c', '#2d6cdf', '#1a9a62'];

/** Curves have samples of their own; the chart wants one axis for all. */
function join(trials) {
  const tables = trials.map(({ curve }) => [curve.map(([t]) => t), curve.map(([, heap]) => heap)]);
  return uPlot.join(tables);
}

for (const { id, chart, trials } of experiments) {
  const element = document.getElementById(`chart-${id}`);
  const drawn = trials.filter(({ curve }) => curve.length > 0);
  if (chart !== 'heap' || !element || drawn.length === 0) continue;
  const axis = (more) => ({
    stroke: css('--soft'),
    grid: { stroke: css('--line'), width: 1 },
    ticks: { stroke: css('--line'), width: 1 },
    ...more,
  });
  const size = () => ({ width: element.clientWidth, height: 200 });
  const plot = new uPlot(
    {
      ...size(),
      scales: { x: { time: false }, y: { range: (_, __, most) => [0, most * 1.08] } },
      series: [
        { label: 'time', value: (_, value) => (value == null ? '' : `${value.toFixed(1)} s`) },
        ...drawn.map(({ name }, index) => ({
          label: `heap, ${name}`,
          stroke: palette[index % palette.length],
          width: 2,
          spanGaps: true,
          points: { show: false },
        })),
      ],
      axes: [
        axis({ values: (_, ticks) => ticks.map((tick) => `${tick} s`) }),
        axis({ size: 60, values: (_, ticks) => ticks.map((tick) => `${tick / 1000} kB`) }),
      ],
    },
    join(drawn),
    element,
  );
  window.addEventListener('resize', () => plot.setSize(size()));
}
