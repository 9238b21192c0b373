import { parseMix, type Mix } from '../client/style.ts';
import type { Load, TimedLoad } from './load.ts';

/** One rung of a run: what is done, how long, and what the clients do. */
export interface Step extends TimedLoad {
  mix: Mix;
}

interface LadderOptions {
  /** Client style or mix, as `parseMix` reads it. Default `read-to-eof`: the lab report's client, which shows the duel. */
  style?: string;
  /** A few seconds in all, for tests and first checks. */
  quick?: boolean;
  /** Every rung for at least 13 s, longer than TIME_WAIT lasts, with the gaps halved down to 12.5 ms. */
  full?: boolean;
  /** Milliseconds for every step, instead of the defaults. */
  stepMs?: number;
}

/** Longer than 2 MSL of NodeMCU 3.0, so that TIME_WAIT reaches its plateau. */
const FULL_MS = 13_000;

const every = (everyMs: number): Load => ({ kind: 'interval', everyMs });
const clients = (count: number): Load => ({ kind: 'clients', clients: count, pauseMs: 0 });

const gap1 = { name: '1 s gaps', load: every(1000), durationMs: 13_000, quickMs: 3000 };
const gap02 = { name: '0.2 s gaps', load: every(200), durationMs: 10_000, quickMs: 2000 };
const halved = [100, 50, 25, 12.5].map((everyMs) => ({
  name: `${everyMs} ms gaps`,
  load: every(everyMs),
  durationMs: FULL_MS,
  quickMs: 1000,
}));
const crowds = [
  { name: 'back to back', load: clients(1), durationMs: 8000, quickMs: 1000 },
  { name: '5 clients', load: clients(5), durationMs: 8000, quickMs: 1000 },
  { name: '20 clients', load: clients(20), durationMs: 8000, quickMs: 1000 },
];

/**
 * The HEAD ladder of the lab report, continued to many clients: 47 s of load by default, 8 s when quick, 117 s when
 * full.
 */
export function headLadder(options: LadderOptions = {}): Step[] {
  const mix = parseMix(options.style ?? 'read-to-eof');
  const rungs = options.full ? [gap1, gap02, ...halved, ...crowds] : [gap1, gap02, ...crowds];
  return rungs.map(({ name, load, durationMs, quickMs }) => {
    const usualMs = options.quick ? quickMs : options.full ? FULL_MS : durationMs;
    return { name, load, mix, durationMs: options.stepMs ?? usualMs };
  });
}

/** Steps of one's own. */
export function stepsOf(loads: readonly TimedLoad[], style = 'read-to-eof'): Step[] {
  const mix = parseMix(style);
  return loads.map((load) => ({ ...load, mix }));
}
