import { escape, wholePage, type Chart } from '../html.ts';
import type { Setting } from './settings.ts';
import { sweepPassed, type SweepPoint, type SweepResult } from './sweep.ts';

/** Each figure over the parameter that changes fastest, a line for each trial and combination of the others. */
export function sweepPage(result: SweepResult): Promise<string> {
  const charts = chartsOf(result);
  const { ranges, seed, points, total } = result;
  return wholePage({
    hasPassed: sweepPassed(result),
    badge: `${points.length}/${total}`,
    title: `Sweep over ${ranges.map(({ name }) => name).join(', ')}`,
    caption: `${points.length} of ${total} runs in virtual time, seed ${seed}.`,
    body: charts
      .map(({ id, title }) => `<section><h2>${escape(title)}</h2><div class="chart" id="${id}"></div></section>`)
      .join('\n'),
    charts: charts.map(({ chart }) => chart),
  });
}

function chartsOf({ ranges, points }: SweepResult): { id: string; title: string; chart: Chart }[] {
  const x = ranges.at(-1)?.name ?? '';
  const keys = new Set(points.flatMap(({ experiment, figures }) => figures.map(({ name }) => `${experiment} ${name}`)));
  return [...keys].map((title, index) => {
    const id = `sweep-${index}`;
    const lines = new Map<string, [number, number | null][]>();
    let unit = '';
    for (const point of points) {
      const figure = point.figures.find(({ name }) => `${point.experiment} ${name}` === title);
      if (!figure) continue;
      unit = figure.unit ?? '';
      const line = lineName(point);
      lines.set(line, [...(lines.get(line) ?? []), [point.settings.at(-1)?.value ?? 0, figure.measured]]);
    }
    const series = [...lines].map(([name, own]) => ({ name, points: own }));
    return { id, title, chart: { id, kind: 'plot', x, y: title, unit, series } };
  });
}

function lineName({ trial, settings }: SweepPoint): string {
  const others = settings.slice(0, -1).map(({ name, value }: Setting) => `${name}=${value}`);
  return [trial, ...others].join(', ');
}
