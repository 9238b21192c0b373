import path from 'node:path';
import pc from 'picocolors';
import type { BuildResult } from '../build.ts';
import type { BuildReport, FileReport } from './report.ts';

/** The result of a build for a person. */
export function describeBuild(result: BuildResult): string {
  const { report, changed, durationMs, outDir } = result;
  const rows = [
    ['file', 'source', 'on board', 'held', 'peak', ''],
    ...report.files.map((file) => row(file, report)),
    totals(report.files),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const where = path.relative(process.cwd(), outDir);
  return [
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
