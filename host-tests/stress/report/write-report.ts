import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
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
export async function writeReport(report: StressReport, { out, html, junit }: ReportFiles): Promise<string> {
  const page = html ?? out.replace(/(\.json)?$/, '.html');
  await write(out, `${JSON.stringify(report)}\n`);
  await write(page, await htmlReport(report));
  if (junit !== undefined) await write(junit, junitReport(report));
  return `${terminalReport(report)}\n  report    ${page}, ${out}`;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
