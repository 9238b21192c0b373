import pc from 'picocolors';
import type { ExperimentResult, FigureResult, TrialResult } from './run.ts';

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
  const head = `    ${name} ${pc.dim(`(${trial.profile}, ${trial.program}, ${(trial.virtualMs / 1000).toFixed(0)} s of virtual time)`)}`;
  if (trial.failure !== undefined) return [head, `      ${pc.red(trial.failure.split('\n').slice(0, 2).join(' '))}`];
  return [head, ...trial.figures.map(figureLine)];
}

function figureLine({ name, measured, low, high, unit = '', passed }: FigureResult): string {
  const mark = passed ? pc.green('✓') : pc.red('✗');
  const value = `${Math.round(measured * 100) / 100} ${unit}`.trim();
  return `      ${mark} ${name.padEnd(20)} ${value.padStart(9)}   ${pc.dim(`expected ${rangeText(low, high)} ${unit}`.trim())}`;
}

/** A range as a person writes it. */
export const rangeText = (low: number, high: number): string => {
  if (low === high) return String(low);
  return high === Infinity ? `at least ${low}` : `${low} to ${high}`;
};
