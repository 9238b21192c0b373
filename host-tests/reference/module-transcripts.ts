import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { VirtualBoard } from '../../tools/virtual-board/board.ts';
import { VirtualClock } from '../../tools/virtual-board/clock.ts';
import { findProfile } from '../../tools/virtual-board/profiles/index.ts';
import { seededRandom } from '../../tools/virtual-board/random.ts';
import { MemoryFlash } from '../../tools/virtual-board/serial/memory-flash.ts';

/** One recorded chunk: what the firmware printed when it ran it. */
interface Transcript {
  lua: string;
  /** Lines until the chunk ended, and in the 400 ms after. */
  prints: string[];
  later?: string[];
  /** tostring of the error that the chunk raised; null = none. */
  error: string | null;
  note?: string;
}

interface TranscriptFile {
  module: string;
  entries: Transcript[];
}

interface TranscriptMismatch {
  entry: number;
  lua: string;
  field: 'prints' | 'later' | 'error';
  expected: unknown;
  actual: unknown;
}

/** How many entries of a file the virtual board gets right, and where it does not. */
export interface TranscriptResult {
  name: string;
  total: number;
  passed: number;
  mismatches: TranscriptMismatch[];
}

const LATER_MS = 400;
const START = '\x01start\n';
const END = '\x01end';
/** As the recordings were made: tracebacks name the lines of this file. */
const INIT = `node.egc.setmode(node.egc.ON_ALLOC_FAILURE)
print("\\1start")
local ok, e = pcall(function() return dofile("t.lua") end)
print("\\1end" .. (ok and "" or "error " .. tostring(e)))
`;
/** Entries that say so were recorded just before the microsecond counter passes this. */
const COUNTER_EDGE = 2 ** 31;
const BEFORE_EDGE_US = 100_000;

/** The recordings were made with the firmware's code on a 32-bit PC. */
/** Runs every entry of a transcript file, each on a fresh board with an empty file system. */
export function runModuleFile(path: string): TranscriptResult {
  const { module, entries } = JSON.parse(readFileSync(path, 'utf8')) as TranscriptFile;
  const mismatches = entries.flatMap((entry, index) => compare(entry, index));
  const failed = new Set(mismatches.map(({ entry }) => entry));
  return { name: module || basename(path), total: entries.length, passed: entries.length - failed.size, mismatches };
}

function compare(entry: Transcript, index: number): TranscriptMismatch[] {
  const actual = observe(entry);
  const expected = { prints: entry.prints, later: entry.later ?? [], error: entry.error };
  return (['prints', 'later', 'error'] as const)
    .filter((field) => JSON.stringify(actual[field]) !== JSON.stringify(expected[field]))
    .map((field) => ({ entry: index, lua: entry.lua, field, expected: expected[field], actual: actual[field] }));
}

function observe(entry: Transcript): Required<Pick<Transcript, 'prints' | 'later' | 'error'>> {
  const clock = new VirtualClock();
  const atEdge = entry.note?.includes('microsecond counter') ?? false;
  const board = new VirtualBoard({
    profile: { ...findProfile('nodemcu-3.0'), lua: { integerConversion: 'nearest', chars: 'signed' } },
    clock,
    random: seededRandom(1),
    flash: new MemoryFlash(),
    speed: 'host',
    files: { 'init.lua': Buffer.from(INIT), 't.lua': Buffer.from(`${entry.lua}\n`, 'latin1') },
    microsecondsAtBoot: atEdge ? COUNTER_EDGE - BEFORE_EDGE_US : 0,
  });
  let text = '';
  board.onEvent((event) => {
    if (event.type === 'serial') text += event.text;
  });
  board.powerOn();
  while (!text.includes(END) && clock.now() < LATER_MS) clock.step();
  clock.runUntil(clock.now() + LATER_MS);
  board.close();
  return split(text);
}

function split(text: string): ReturnType<typeof observe> {
  const start = text.indexOf(START) + START.length;
  const end = text.indexOf(END);
  const lineEnd = text.indexOf('\n', end);
  const verdict = text.slice(end + END.length, lineEnd);
  // The prompt is no line: it waits for its task like everything else.
  const later = text.slice(lineEnd + 1).replace(/^> /gm, '');
  return {
    prints: lines(text.slice(start, end)),
    later: lines(later),
    error: verdict === '' ? null : verdict.slice('error '.length),
  };
}

const lines = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
