import { beside, checkWritable, writeOutput } from '../../../tools/cli/output-file.ts';
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
  await writeOutput(out, `${JSON.stringify(report)}\n`);
  await writeOutput(pageOf(files), await htmlReport(report));
  if (junit !== undefined) await writeOutput(junit, junitReport(report));
  return `${terminalReport(report)}\n  report    ${pageOf(files)}, ${out}`;
}

/** Throws a `UserError` when a file of the report cannot be written: before the run, not after hours of it. */
export function checkReportWritable(files: ReportFiles): void {
  const { out, junit } = files;
  checkWritable([out, pageOf(files), ...(junit === undefined ? [] : [junit])]);
}

const pageOf = ({ out, html }: ReportFiles): string => html ?? beside(out, '.html');
