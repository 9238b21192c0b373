import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ExitCode, UserError } from '../../../tools/cli/exit.ts';
import { htmlReport } from './html.ts';
import { junitReport } from './junit.ts';
import type { StressReport } from './stress-report.ts';
import { terminalReport } from './terminal.ts';

interface ReportFiles {
  /** The whole result as JSON. */
  out: string;
  /** Default: beside `out`. */
  html?: string | undefined;
  junit?: string | undefined;
}

/** Writes a report's files, folders included; returns the summary for a person, which names them. */
export async function writeReport(report: StressReport, files: ReportFiles): Promise<string> {
  const { out, junit } = files;
  await write(out, `${JSON.stringify(report)}\n`);
  await write(pageOf(files), await htmlReport(report));
  if (junit !== undefined) await write(junit, junitReport(report));
  return `${terminalReport(report)}\n  report    ${pageOf(files)}, ${out}`;
}

/** Throws a `UserError` when a file of the report cannot be written: before the run, not after hours of it. */
export function checkWritable(files: ReportFiles): void {
  const { out, junit } = files;
  for (const path of [out, pageOf(files), ...(junit === undefined ? [] : [junit])]) {
    try {
      makeFolder(dirname(resolve(path)));
      tryToWrite(path);
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }
}

const pageOf = ({ out, html }: ReportFiles): string => html ?? out.replace(/(\.json)?$/, '.html');

async function write(path: string, text: string): Promise<void> {
  try {
    makeFolder(dirname(resolve(path)));
    await writeFile(path, text);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Node's own recursion never ends where the kernel says ENOENT for a folder that can have none, such as /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

function tryToWrite(path: string): void {
  if (existsSync(path)) {
    if (statSync(path).isDirectory()) throw Object.assign(new Error(path), { code: 'EISDIR' });
    accessSync(path, constants.W_OK);
    return;
  }
  closeSync(openSync(path, 'wx'));
  rmSync(path);
}

/** What a user can do something about. */
const obstacles: Readonly<Record<string, string>> = {
  EACCES: 'it belongs to somebody else',
  EPERM: 'it belongs to somebody else',
  EEXIST: 'a file is where a folder should be',
  ENOTDIR: 'a file is where a folder should be',
  EISDIR: 'it is a folder',
  ENOENT: 'no folder can be made there',
  EROFS: 'its file system is read-only',
  ENOSPC: 'the disk is full',
};

function cannotWrite(path: string, error: unknown): unknown {
  const why = obstacles[(error as NodeJS.ErrnoException).code ?? ''];
  if (why === undefined) return error;
  return new UserError(
    `${path} cannot be written: ${why}.`,
    'Name another place with --out, --html or --junit.',
    ExitCode.usage,
  );
}
