import { ExitCode, UserError } from '../../../tools/cli/exit.ts';

/**
 * `interval`: open loop, a connection every `everyMs`, whether or not earlier ones have ended.
 * `ramp`: open loop, the rate rises or falls evenly during the step.
 * `clients`: closed loop, each client opens its next connection `pauseMs` after its last one has ended.
 */
export type Load =
  | { kind: 'interval'; everyMs: number }
  | { kind: 'ramp'; fromPerSecond: number; toPerSecond: number }
  | { kind: 'clients'; clients: number; pauseMs: number };

/** A load, how long, and what it is called. */
export interface TimedLoad {
  name: string;
  load: Load;
  durationMs: number;
  /** Ends after this many connections, if that comes first. */
  connections?: number;
}

const DEFAULT_MS = 13_000;
/** For a load that ends with its last connection. */
const LONGEST_MS = 86_400_000;
/** Connections a second beyond which no machine can follow, and a schedule would only be skipped. */
const FASTEST = 100_000;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** Reads a duration such as `200ms`, `13s`, `5min`, `2h`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|min|h)$/.exec(text) ?? [];
  const scale = UNITS[unit];
  return number === undefined || scale === undefined ? undefined : Number(number) * scale;
}

/**
 * Reads a load such as `every:0.2s`, `rate:50`, `clients:20`, `clients:5@1s` or `ramp:1-50`, with `/30s` for its length
 * or `/1000x` for so many connections.
 */
export function parseLoad(text: string): TimedLoad {
  const [what = '', ...limits] = text.split('/');
  const load = readLoad(what);
  const counts = limits.map((limit) => Number(/^([1-9]\d*)x$/.exec(limit)?.[1] ?? NaN));
  const lengths = limits.map(parseDuration);
  const isRead = limits.every((_, index) => !Number.isNaN(counts[index]) || Boolean(lengths[index]));
  if (!load || !isRead || limits.length > 2)
    throw new UserError(
      `Not a load: ${JSON.stringify(text)}.`,
      'Write every:0.2s, rate:50, ramp:1-50, clients:20 or clients:5@1s (a pause between connections), with /30s for the length or /1000x for so many connections.',
      ExitCode.usage,
    );
  const connections = counts.find((count) => !Number.isNaN(count));
  const durationMs = lengths.find((length) => length !== undefined);
  const usualMs = connections === undefined ? DEFAULT_MS : LONGEST_MS;
  return { name: what, load, durationMs: durationMs ?? usualMs, ...(connections !== undefined && { connections }) };
}

function readLoad(text: string): Load | undefined {
  const [kind, value = ''] = text.split(':');
  const number = Number(value);
  switch (kind) {
    case 'every': {
      const everyMs = parseDuration(value);
      return everyMs && everyMs >= 1000 / FASTEST ? { kind: 'interval', everyMs } : undefined;
    }
    case 'rate':
      return number > 0 && number <= FASTEST ? { kind: 'interval', everyMs: 1000 / number } : undefined;
    case 'ramp': {
      const [from = NaN, to = NaN] = value.split('-').map(Number);
      const isRange = from >= 0 && to >= 0 && from + to > 0 && Math.max(from, to) <= FASTEST;
      return isRange ? { kind: 'ramp', fromPerSecond: from, toPerSecond: to } : undefined;
    }
    case 'clients': {
      const [count = '', pause = '0ms'] = value.split('@');
      const clients = Number(count);
      const pauseMs = parseDuration(pause);
      return Number.isInteger(clients) && clients > 0 && pauseMs !== undefined ? { kind, clients, pauseMs } : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * When the n-th connection of an open loop is meant to start, milliseconds after the step's beginning; Infinity when
 * it never is. A ramp from a to b per second over T seconds has begun a t + (b - a) t² / 2T connections at t.
 */
export function startOf(load: Exclude<Load, { kind: 'clients' }>, n: number, durationMs: number): number {
  if (load.kind === 'interval') return n * load.everyMs;
  const seconds = durationMs / 1000;
  const { fromPerSecond: a, toPerSecond: b } = load;
  const half = (b - a) / (2 * seconds);
  if (half === 0) return (1000 * n) / a;
  const root = a * a + 4 * half * n;
  return root < 0 ? Infinity : (1000 * (Math.sqrt(root) - a)) / (2 * half);
}

/** Connections per second that an open loop offers on average; undefined for a closed loop. */
export function offeredPerSecond(load: Load): number | undefined {
  if (load.kind === 'interval') return 1000 / load.everyMs;
  if (load.kind === 'ramp') return (load.fromPerSecond + load.toPerSecond) / 2;
  return undefined;
}
