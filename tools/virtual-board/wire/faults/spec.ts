import { ExitCode, UserError } from '../../../cli/exit.ts';
import { seededRandom, type Random } from '../../random.ts';
import type { Clock } from '../../clock.ts';
import type { Link } from '../link.ts';
import { burstLoss } from './burst-loss.ts';
import { corruption } from './corruption.ts';
import { delay, jitter } from './delay.ts';
import { duplication } from './duplication.ts';
import { loss } from './loss.ts';
import type { Outages } from './radio.ts';
import { reordering } from './reordering.ts';
import { withFault, type Fault, type FaultDirection } from './stage.ts';

/** What a fault specification asks for, in the order in which a frame that the board sends meets it. */
export interface FaultPlan {
  faults: readonly { fault: Fault; directions: readonly FaultDirection[] }[];
  /** Wi-Fi drop and return. */
  outages?: Outages;
}

interface Kind {
  example: string;
  make: (value: string) => Fault;
}

const kinds: Readonly<Record<string, Kind>> = {
  loss: { example: 'loss=1%', make: (value) => loss(percentage(value)) },
  burst: {
    example: 'burst=2%/5 (2 % of all frames, 5 in a row on average)',
    make: (value) => {
      const [share, length] = pair(value);
      return burstLoss(percentage(share), count(length));
    },
  },
  delay: { example: 'delay=20ms', make: (value) => delay(milliseconds(value)) },
  jitter: { example: 'jitter=10ms', make: (value) => jitter(milliseconds(value)) },
  duplicate: { example: 'duplicate=1%', make: (value) => duplication(percentage(value)) },
  reorder: {
    example: 'reorder=1%/3 (overtaken by 3 frames)',
    make: (value) => {
      const [share, distance] = pair(value);
      return reordering(percentage(share), count(distance));
    },
  },
  corrupt: { example: 'corrupt=0.1%', make: (value) => corruption(percentage(value)) },
};
const wifiExample = 'wifi=10s/2s (every 10 s away for 2 s)';

/** For `--help`: every fault by example. */
export const faultHelp = [...Object.values(kinds).map(({ example }) => example), wifiExample].join(', ');

/**
 * Reads a specification such as "loss=1%,rx.delay=20ms,wifi=10s/2s". `rx.` and `tx.` confine a fault to what the board
 * receives or sends.
 * @throws UserError that shows how the faulty part is written.
 */
export function parseFaults(spec: string): FaultPlan {
  const faults: { fault: Fault; directions: readonly FaultDirection[] }[] = [];
  let outages: Outages | undefined;
  for (const part of spec.split(',').map((text) => text.trim())) {
    const { name, directions, value } = dissect(part);
    if (name === 'wifi') {
      const [up, down] = teach(part, wifiExample, () => pair(value).map(milliseconds));
      outages = { upMs: up ?? 0, downMs: down ?? 0 };
      continue;
    }
    const kind = kinds[name];
    if (!kind) throw unknownFault(part, name);
    faults.push({ fault: teach(part, kind.example, () => kind.make(value)), directions });
  }
  return { faults, ...(outages && { outages }) };
}

/** The board's end of `link` behind all faults of the plan. Every fault has a random sequence of its own. */
export function applyFaults(link: Link, plan: FaultPlan, clock: Clock, random: Random): Link {
  return plan.faults.reduceRight(
    (outer, { fault, directions }) =>
      withFault(outer, fault, { clock, random: seededRandom(Math.floor(random() * 2 ** 32)), directions }),
    link,
  );
}

function dissect(part: string): { name: string; directions: FaultDirection[]; value: string } {
  const [, direction, name = '', value = ''] = /^(?:(rx|tx)\.)?([^=]*)=?(.*)$/.exec(part) ?? [];
  return { name, value, directions: direction ? [direction as FaultDirection] : ['rx', 'tx'] };
}

function teach<T>(part: string, example: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`fault "${part}": ${why}`, `write it like ${example}`, ExitCode.usage);
  }
}

function unknownFault(part: string, name: string): UserError {
  const nearest = [...Object.keys(kinds), 'wifi'].find((known) => known.startsWith(name.slice(0, 2)) && name !== '');
  const hint = nearest === undefined ? '' : `, did you mean ${nearest}?`;
  return new UserError(`fault "${part}" is unknown${hint}`, `faults are ${faultHelp}`, ExitCode.usage);
}

function pair(value: string): [string, string] {
  const [first = '', second, ...rest] = value.split('/');
  if (second === undefined || rest.length > 0) throw new Error('two values with a / between them are wanted');
  return [first, second];
}

function percentage(value: string): number {
  const number = /^\d+(\.\d+)?%$/.test(value) ? Number.parseFloat(value) / 100 : NaN;
  if (!(number >= 0 && number < 1)) throw new Error('a percentage from 0% to below 100% is wanted');
  return number;
}

function count(value: string): number {
  const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;
  if (!(number >= 1)) throw new Error('a number of frames of at least 1 is wanted');
  return number;
}

function milliseconds(value: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(value) ?? [];
  if (number === undefined) throw new Error('a time in ms or s is wanted');
  return Number(number) * (unit === 's' ? 1000 : 1);
}
