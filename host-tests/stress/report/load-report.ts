import { readFile } from 'node:fs/promises';
import { ExitCode, UserError } from '../../../tools/cli/exit.ts';
import type { StressReport } from './stress-report.ts';

/** Without these there is nothing to compare. */
const PARTS = ['target', 'steps', 'totals', 'board', 'invalid', 'partial'];

/** Reads a result file of `last-ack stress`. */
export async function loadReport(path: string): Promise<StressReport> {
  const report = await readJson(path);
  if (typeof report === 'object' && report !== null && 'format' in report && report.format === 'last-ack-stress') {
    if ('version' in report && report.version === 1) {
      if (PARTS.every((part) => part in report)) return report as StressReport;
      throw new UserError(`${path} is cut or was changed.`, 'Run the stress test again.', ExitCode.usage);
    }
    throw new UserError(
      `${path} was written by another version of last-ack.`,
      'Run the stress test again.',
      ExitCode.usage,
    );
  }
  throw notOurs(path);
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    throw new UserError(
      `${path} cannot be read.`,
      'Name two files that `last-ack stress --out` wrote.',
      ExitCode.usage,
    );
  }
  try {
    return JSON.parse(text);
  } catch {
    throw notOurs(path);
  }
}

const notOurs = (path: string): UserError =>
  new UserError(
    `${path} is not a result of last-ack stress.`,
    'Name two files that `last-ack stress --out` wrote.',
    ExitCode.usage,
  );
