import { ExitCode, UserError } from '../../../tools/cli/exit.ts';
import { applyOverride } from '../../../tools/virtual-board/profiles/overrides.ts';
import { isBoardTrial, type Trial } from '../experiment.ts';

/** A parameter and the value it is given. */
export interface Setting {
  name: string;
  value: number;
}

/** The seed is no part of a trial: whoever makes the jobs sets it. */
export const SEED = 'seed';

/**
 * The trial with one number changed: of its load, of its peer's ACK policy, or of its profile (tcp, net and their
 * quirks). Throws a UserError for a name that it does not have.
 */
export function changeTrial(trial: Trial, { name, value }: Setting): Trial {
  if (name === SEED) return trial;
  if (isBoardTrial(trial)) {
    const load = changed(trial.load, name, value);
    if (load) return { ...trial, load };
    const values = changed(trial.program.settings?.values ?? {}, name, value);
    if (values && trial.program.settings) {
      return { ...trial, program: { ...trial.program, settings: { ...trial.program.settings, values } } };
    }
    if (trial.load.kind === 'fetch') {
      const policy = changed(trial.load.policy, name, value);
      if (policy) return { ...trial, load: { ...trial.load, policy } };
    }
  } else {
    const load = changed(trial.load, name, value);
    if (load) return { ...trial, load };
  }
  return { ...trial, profile: applyOverride(trial.profile, `${name}=${value}`) };
}

/** Whether a trial has the parameter. */
export function canChange(trial: Trial, name: string): boolean {
  try {
    changeTrial(trial, { name, value: 1 });
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

function changed<T extends object>(section: T, name: string, value: number): T | undefined {
  const isNumber = Object.entries(section).some(([key, old]) => key === name && typeof old === 'number');
  return isNumber ? { ...section, [name]: value } : undefined;
}

/** A parameter with the values it is to take. */
export interface Range {
  name: string;
  values: number[];
}

const MOST_VALUES = 10_000;

/** Reads "everyMs=100..2000:100", "windowMss=1..32" (step 1) or "delayMs=40,200,500". */
export function parseRange(text: string): Range {
  const [, name = '', body = ''] = /^(\w+)=(.+)$/.exec(text) ?? [];
  const [, from, to, step] = /^(-?[\d.]+)\.\.(-?[\d.]+)(?::([\d.]+))?$/.exec(body) ?? [];
  const values =
    from === undefined ? body.split(',').map(Number) : stretch(Number(from), Number(to), Number(step ?? 1));
  if (name !== '' && values.length > 0 && body !== '' && values.every(Number.isFinite)) return { name, values };
  throw new UserError(
    `"${text}" is no range.`,
    'Write name=first..last, name=first..last:step or name=a,b,c.',
    ExitCode.usage,
  );
}

function stretch(from: number, to: number, step: number): number[] {
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (!(count >= 1 && count <= MOST_VALUES)) return [];
  return Array.from({ length: count }, (_, index) => Number((from + index * step).toPrecision(12)));
}

/** Every combination of values, the last parameter changing fastest. */
export function combinations(ranges: readonly Range[]): Setting[][] {
  return ranges.reduce<Setting[][]>(
    (all, { name, values }) => all.flatMap((settings) => values.map((value) => [...settings, { name, value }])),
    [[]],
  );
}
