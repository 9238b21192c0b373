import { parseMix, type Mix } from '../client/style.ts';

/**
 * `interval`: open loop, a connection every `everyMs`, whether or not earlier ones have ended.
 * `clients`: closed loop, each client opens its next connection as soon as its last one has ended.
 */
export type Load = { kind: 'interval'; everyMs: number } | { kind: 'clients'; clients: number };

/** One rung of a run: what is done, how long, and how the clients close. */
export interface Step {
  name: string;
  load: Load;
  durationMs: number;
  mix: Mix;
}

/** Connections that an open-loop step may have under way before it stops opening new ones. */
export const MAX_OPEN = 256;

interface LadderOptions {
  /** Default `read-to-eof`: the lab report's client, and the only one that shows a duel . */
  mix?: Mix;
  /** A few seconds in all, for tests and first checks. */
  quick?: boolean;
  /** Milliseconds for every step, instead of the defaults. */
  stepMs?: number;
}

const rungs: readonly { name: string; load: Load; durationMs: number; quickMs: number }[] = [
  { name: '1 s gaps', load: { kind: 'interval', everyMs: 1000 }, durationMs: 13_000, quickMs: 3000 },
  { name: '0.2 s gaps', load: { kind: 'interval', everyMs: 200 }, durationMs: 10_000, quickMs: 2000 },
  { name: 'back to back', load: { kind: 'clients', clients: 1 }, durationMs: 8000, quickMs: 1000 },
  { name: '5 clients', load: { kind: 'clients', clients: 5 }, durationMs: 8000, quickMs: 1000 },
  { name: '20 clients', load: { kind: 'clients', clients: 20 }, durationMs: 8000, quickMs: 1000 },
];

/** The HEAD ladder of the lab report, continued to many clients. 47 s of load by default, 8 s when quick. */
export function headLadder(options: LadderOptions = {}): Step[] {
  const mix = options.mix ?? parseMix('read-to-eof');
  return rungs.map(({ name, load, durationMs, quickMs }) => ({
    name,
    load,
    mix,
    durationMs: options.stepMs ?? (options.quick ? quickMs : durationMs),
  }));
}
