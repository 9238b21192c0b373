import pc from 'picocolors';
import type { ExperimentResult } from './run.ts';
import type { FigureResult, TrialResult } from './trial-result.ts';

/** One experiment for a person: measured beside expected. */
export function experimentText(result: ExperimentResult): string {
  const mark = result.passed ? pc.green('✓') : pc.red('✗');
  return [
    `${mark} ${pc.bold(result.id)} ${result.title}`,
    ...result.trials.flatMap(trialLines),
    pc.dim(`    expected figures: ${result.source}`),
  ].join('\n');
}

function trialLines(trial: TrialResult): string[] {
  const name = trial.isCure ? pc.cyan(`cure: ${trial.name}`) : trial.name;
  const head = [
    `    ${name} ${pc.dim(`(${trial.program}; ${(trial.elapsedMs / 1000).toFixed(0)} s, seed ${trial.seed})`)}`,
    pc.dim(`      ${trial.where}`),
  ];
  if (trial.failure !== undefined) return [...head, `      ${pc.red(trial.failure.split('\n').slice(0, 2).join(' '))}`];
  return [...head, ...trial.figures.map(figureLine)];
}

function figureLine(figure: FigureResult): string {
  const { name, reference, passed } = figure;
  const mark = passed ? pc.green('✓') : pc.red('✗');
  const source = reference === undefined ? '' : `, reference ${reference}`;
  return `      ${mark} ${name.padEnd(24)} ${measuredText(figure).padStart(12)}   ${pc.dim(`expected ${expectedText(figure)}${source}`)}`;
}

/** What was measured, as a person writes it. */
export const measuredText = ({ measured, unit = '' }: Pick<FigureResult, 'measured' | 'unit'>): string =>
  measured === null ? 'none' : `${Math.round(measured * 100) / 100} ${unit}`.trim();

/** A range as a person writes it. */
export function expectedText({ low, high, unit = '' }: FigureResult): string {
  const round = (value: number): number => Math.round(value * 100) / 100;
  if (low === high) return `${round(low)} ${unit}`.trim();
  return (high === null ? `at least ${round(low)} ${unit}` : `${round(low)} to ${round(high)} ${unit}`).trim();
}
