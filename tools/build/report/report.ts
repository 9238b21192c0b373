import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { HeapUse } from './measure-heap.ts';

/** What one file of the board is made of and costs. */
export interface FileReport extends Partial<HeapUse> {
  name: string;
  /** Bytes in the board's file system. */
  bytes: number;
  /** The modules inside it, with the size of their TypeScript in bytes. Empty for init.lua and embedded files. */
  modules: { source: string; bytes: number }[];
}

export interface BuildReport {
  files: FileReport[];
  /** How the heap figures came about. */
  method: string;
  /** Differences from the previous build in the same folder, by file; files that did not change are absent. */
  change: Record<string, { bytes: number; held?: number; peak?: number }>;
}

export const heapMethod =
  'held and peak: each file was loaded and run once in Lua 5.1 with the object sizes of the chip (32-bit pointers, ' +
  '12-byte values, 16 bytes per block, multiples of 8), with stand-ins for the firmware and for other files; held is ' +
  'what remains after a full collection, peak the most in use on the way. Callbacks were not called.';

/** Name of the report among the files that stay on the host. */
export const reportName = 'report.json';

/** What has changed between two builds. */
export function compareReports(before: readonly FileReport[], files: readonly FileReport[]): BuildReport['change'] {
  const previous = new Map(before.map((file) => [file.name, file]));
  const change: BuildReport['change'] = {};
  for (const file of files) {
    const was = previous.get(file.name);
    const difference = {
      bytes: file.bytes - (was?.bytes ?? 0),
      ...(file.held !== undefined && { held: file.held - (was?.held ?? 0) }),
      ...(file.peak !== undefined && { peak: file.peak - (was?.peak ?? 0) }),
    };
    if (before.length > 0 && Object.values(difference).some((value) => value !== 0)) change[file.name] = difference;
    previous.delete(file.name);
  }
  for (const gone of previous.values()) change[gone.name] = { bytes: -gone.bytes };
  return change;
}

/** The files of the build that lies in `outDir`; none when there is none. */
export function readPreviousReport(outDir: string): FileReport[] {
  const file = path.join(outDir, reportName);
  if (!existsSync(file)) return [];
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as BuildReport).files;
  } catch {
    // A report that an older version wrote or somebody cut short: there is nothing to compare with.
    return [];
  }
}
