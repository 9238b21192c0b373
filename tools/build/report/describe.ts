import path from 'node:path';
import pc from 'picocolors';
import type { BuildResult } from '../build.ts';
import { alignColumns } from './columns.ts';
import { describeCensus } from './describe-census.ts';
import type { BuildReport, FileReport } from './report.ts';

/** The result of a build for a person. */
export function describeBuild(result: BuildResult): string {
  const { report, changed, durationMs, outDir } = result;
  const rows = [
    ['file', 'source', 'on board', 'held', 'peak', ''],
    ...report.files.map((file) => row(file, report)),
    totals(report.files),
  ];
  const lines = alignColumns(rows);
  const where = path.relative(process.cwd(), outDir);
  return [
    ...report.files.flatMap((file) => (file.census ? [...describeCensus(file.name, file.census), ''] : [])),
    pc.dim(lines[0] ?? ''),
    ...lines.slice(1),
    `${pc.green('built')} ${where} in ${Math.round(durationMs)} ms, ${changed.length} of its files changed`,
    pc.dim(`bytes; ${report.method}`),
  ].join('\n');
}

function row(file: FileReport, report: BuildReport): string[] {
  const change = report.change[file.name];
  return [
    file.name,
    file.modules.length > 0 ? String(sum(file.modules.map((module) => module.bytes))) : '',
    String(file.bytes),
    file.held === undefined ? '' : String(file.held),
    file.peak === undefined ? '' : String(file.peak),
    change ? `${signed(change.bytes)} B${change.held === undefined ? '' : `, ${signed(change.held)} held`}` : '',
  ];
}

function totals(files: readonly FileReport[]): string[] {
  const total = (of: (file: FileReport) => number | undefined): string =>
    String(sum(files.map((file) => of(file) ?? 0)));
  return [
    'all',
    total((file) => sum(file.modules.map((module) => module.bytes))),
    total((file) => file.bytes),
    '',
    '',
    '',
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value);
}
