import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ExitCode, UserError } from '../../cli/exit.ts';
import { type Problem, relativePath } from '../problem.ts';
import type { FileReport } from './report.ts';

/** The most that a file, or all of them together, may cost; bytes. */
interface Budget {
  bytes?: number;
  held?: number;
  peak?: number;
}

/** `"last-ack": { "budgets": ... }` in package.json. */
export interface Budgets {
  /** The package.json that they come from. */
  file: string;
  total: Budget;
  /** By name on the board; without extension for both kinds of build, with `.lc` or `.lua` for one. */
  files: Record<string, Budget>;
}

const units: readonly (keyof Budget)[] = ['bytes', 'held', 'peak'];

/** Reads the budgets of the nearest package.json at or above a folder. Throws UserError when they are malformed. */
export function readBudgets(folder: string): Budgets | undefined {
  const file = path.join(folder, 'package.json');
  if (!existsSync(file)) {
    const above = path.dirname(folder);
    return above === folder ? undefined : readBudgets(above);
  }
  const content = JSON.parse(readFileSync(file, 'utf8')) as { 'last-ack'?: { budgets?: unknown } };
  const budgets = content['last-ack']?.budgets;
  if (budgets === undefined) return undefined;
  const { total = {}, files = {} } = budgets as Partial<Budgets>;
  for (const [name, budget] of Object.entries({ total, ...files })) {
    for (const [unit, value] of Object.entries(budget)) {
      if (!units.includes(unit as keyof Budget) || !(Number.isFinite(value) && Number(value) > 0)) {
        throw new UserError(
          `${relativePath(file)}: the budget "${unit}" of ${name} is not understood`,
          'a budget has "bytes", "held" and "peak", each a number of bytes: { "total": { "bytes": 40000 } }',
          ExitCode.usage,
        );
      }
    }
  }
  return { file, total, files };
}

/** Every budget that a build exceeds. Peaks of files do not add up: the total's peak is the highest. */
export function overBudget(budgets: Budgets, files: readonly FileReport[]): Problem[] {
  const sum = (unit: 'bytes' | 'held'): number => files.reduce((total, file) => total + (file[unit] ?? 0), 0);
  const total = { bytes: sum('bytes'), held: sum('held'), peak: Math.max(0, ...files.map((file) => file.peak ?? 0)) };
  const problems = exceeded(budgets, 'all files together', budgets.total, total);
  for (const [name, budget] of Object.entries(budgets.files)) {
    const file = files.find((candidate) => [name, `${name}.lc`, `${name}.lua`].includes(candidate.name));
    if (file) problems.push(...exceeded(budgets, file.name, budget, file));
    else if (!isOfOtherKind(name, files)) {
      problems.push({
        file: relativePath(budgets.file),
        message: `there is a budget for ${name}, but no such file on the board`,
        cure: 'remove the budget, or name one of the files that the build lists',
      });
    }
  }
  return problems;
}

/** `main.lc` is not missing in a build of Lua source, nor `main.lua` in one of bytecode. */
function isOfOtherKind(name: string, files: readonly FileReport[]): boolean {
  const { ext, name: module } = path.parse(name);
  return ['.lc', '.lua'].includes(ext) && files.some((file) => path.parse(file.name).name === module);
}

function exceeded(budgets: Budgets, name: string, budget: Budget, cost: Budget): Problem[] {
  return units.flatMap((unit) => {
    const [most, actual] = [budget[unit], cost[unit]];
    if (most === undefined || actual === undefined || actual <= most) return [];
    return {
      file: relativePath(budgets.file),
      message: `${name}: ${actual} bytes ${unit === 'bytes' ? 'of code' : unit}, ${actual - most} over the budget of ${most}`,
      cure: 'make it smaller (the report of `last-ack build` says what each file costs), or raise the budget',
    };
  });
}
