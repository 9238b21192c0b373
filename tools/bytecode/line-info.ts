import { MalformedChunk } from './chunk.ts';

/**
 * NodeMCU's packed line numbers (app/lua/lobject.h and lcode.c): one run per group of instructions on the same line,
 * `[delta bytes] count`, closed by a zero byte. A run without delta bytes is on the line after the previous run's.
 */
const deltaFlag = 0x80;
const backwards = 0x40;
const firstBits = 6;
const moreBits = 7;
const longestRun = 126;

/** Packs the line of each instruction; no instructions give no bytes at all. */
export function packLines(lines: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  let previous = 0;
  for (let pc = 0; pc < lines.length;) {
    const line = lines[pc] ?? 0;
    let count = 1;
    while (count < longestRun && lines[pc + count] === line) count++;
    bytes.push(...packDelta(line - previous - 1), count);
    previous = line;
    pc += count;
  }
  return Uint8Array.from(bytes.length > 0 ? [...bytes, 0] : []);
}

/** `delta` is relative to the next line: 0 needs no bytes, forward n is stored as n - 1, backward n as n - 1 with a sign. */
function packDelta(delta: number): number[] {
  if (delta === 0) return [];
  let rest = Math.abs(delta) - 1;
  const bytes = [deltaFlag | (delta < 0 ? backwards : 0) | (rest & 0x3f)];
  for (rest >>>= firstBits; rest > 0; rest >>>= moreBits) bytes.push(deltaFlag | (rest & 0x7f));
  return bytes;
}

/** The line of each of `instructions` instructions. Throws MalformedChunk when the runs do not add up. */
export function unpackLines(packed: Uint8Array, instructions: number): number[] {
  const lines: number[] = [];
  let at = 0;
  let line = 0;
  const next = (): number => {
    const byte = packed[at++];
    if (byte === undefined) throw new MalformedChunk('line information ends early');
    return byte;
  };
  for (let byte = next(); byte !== 0; byte = next()) {
    let delta = 0;
    if (byte & deltaFlag) {
      const sign = byte & backwards ? -1 : 1;
      delta = byte & 0x3f;
      let shift = firstBits;
      for (byte = next(); byte & deltaFlag; byte = next()) {
        delta += (byte & 0x7f) << shift;
        shift += moreBits;
      }
      delta = sign * (delta + 1);
    }
    line += delta + 1;
    for (let i = 0; i < byte; i++) lines.push(line);
    if (lines.length > instructions) throw new MalformedChunk('line information covers more than the code');
  }
  if (lines.length !== instructions) throw new MalformedChunk('line information covers less than the code');
  return lines;
}
