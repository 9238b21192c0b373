import { expect, it } from 'vitest';
import { UserError } from '../../../cli/exit.ts';
import { VirtualClock } from '../../clock.ts';
import { seededRandom } from '../../random.ts';
import type { Link } from '../link.ts';
import { applyFaults, parseFaults } from './spec.ts';

function messageOf(spec: string): string {
  try {
    parseFaults(spec);
  } catch (error) {
    if (error instanceof UserError) return `${error.message} | ${error.cure}`;
    throw error;
  }
  return 'accepted';
}

it('reads every fault, confined to a direction or not', () => {
  const plan = parseFaults('loss=1%, rx.delay=20ms,tx.jitter=0.5s,burst=2%/5,duplicate=1%,reorder=1%/3,corrupt=0.1%');
  expect(plan.faults.map(({ directions }) => directions.join())).toEqual([
    'rx,tx',
    'rx',
    'tx',
    'rx,tx',
    'rx,tx',
    'rx,tx',
    'rx,tx',
  ]);
  expect(plan.outages).toBeUndefined();
  expect(parseFaults('wifi=10s/500ms').outages).toEqual({ upMs: 10_000, downMs: 500 });
});

it.each([
  ['los=1%', 'fault "los=1%" is unknown, did you mean loss? | faults are loss=1%, burst=2%/5'],
  ['gravity=1', 'fault "gravity=1" is unknown | faults are loss=1%'],
  ['', 'fault "" is unknown | faults are'],
  ['loss', 'fault "loss": a percentage from 0% to below 100% is wanted | write it like loss=1%'],
  ['loss=100%', 'a percentage from 0% to below 100%'],
  ['loss=0.01', 'a percentage from'],
  ['delay=20', 'fault "delay=20": a time in ms or s is wanted | write it like delay=20ms'],
  ['burst=2%', 'two values with a / between them are wanted | write it like burst=2%/5'],
  ['reorder=1%/0', 'a number of frames of at least 1 is wanted'],
  ['wifi=10s', 'fault "wifi=10s": two values with a / between them are wanted | write it like wifi=10s/2s'],
  ['loss=1%,,delay=1ms', 'fault "" is unknown'],
])('teaches how to write %j', (spec, expected) => {
  expect(messageOf(spec)).toContain(expected);
});

function traceOf(spec: string, seed: number): string[] {
  const clock = new VirtualClock();
  const trace: string[] = [];
  const wire: Link = {
    send: (frame) => void trace.push(`${clock.now().toFixed(3)} ${frame.join()}`),
    onFrame: () => undefined,
    close: () => undefined,
  };
  const link = applyFaults(wire, parseFaults(spec), clock, seededRandom(seed));
  for (let number = 0; number < 200; number++) {
    clock.runUntil(number);
    link.send(Uint8Array.of(...Array<number>(15).fill(0), number));
  }
  clock.runUntil(10_000);
  return trace;
}

it('gives the same trace for the same seed with all faults at once, and another for another', () => {
  const all = 'loss=5%,burst=5%/3,delay=3ms,jitter=4ms,duplicate=5%,reorder=5%/2,corrupt=5%';
  const trace = traceOf(all, 7);
  expect(traceOf(all, 7)).toEqual(trace);
  expect(traceOf(all, 8)).not.toEqual(trace);
});

it('meets the faults in the order in which they are written', () => {
  expect(traceOf('tx.loss=50%,tx.duplicate=99.9999%', 3).length % 2).toBe(0);
  expect(new Set(traceOf('tx.duplicate=99.9999%,tx.loss=50%', 3)).size).toBeGreaterThan(120);
});
