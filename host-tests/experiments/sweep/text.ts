import pc from 'picocolors';
import { measuredText } from '../report.ts';
import type { SweepPoint, SweepResult } from './sweep.ts';

/** A line for each run: what was changed, and every figure. */
export function sweepText({ points, judged }: SweepResult): string {
  let head = '';
  return points
    .flatMap((point) => {
      const title = `${pc.bold(point.experiment)} ${point.trial}`;
      const isNew = title !== head;
      head = title;
      return [...(isNew ? [title] : []), `    ${pointText(point, judged)}`];
    })
    .join('\n');
}

function pointText({ settings, figures, failure }: SweepPoint, judged: boolean): string {
  const changed = settings.map(({ name, value }) => `${name}=${value}`).join(' ');
  if (failure !== undefined) return `${changed.padEnd(20)} ${pc.red(failure.split('\n')[0] ?? '')}`;
  const texts = figures.map((figure) => {
    const text = `${figure.name} ${measuredText(figure)}`;
    return judged && !figure.passed ? pc.red(text) : text;
  });
  return `${changed.padEnd(20)} ${texts.join(', ')}`;
}
