import type { Bench, Figure } from '../bench/bench.ts';
import { builtServer, codeSize, measureServer, requests, serverByHand } from './bench/led-servers.ts';
import { BuildRace } from './bench/peer-tstl.ts';
import { setTimeout as sleep } from 'node:timers/promises';

/** Runs per figure; the median counts. */
const RUNS = 5;

export const bench: Bench = {
  summary: 'what TypeScript costs on the board against Lua written by hand, and how fast it is built against tstl',
  async run(report, effort) {
    await compareCode(report);
    await compareSpeed(report, effort === 'smoke' ? 1 : RUNS);
  },
};

async function compareCode(report: (figure: Figure) => void): Promise<void> {
  const code = { built: await builtServer(), byHand: serverByHand() };
  const built = measureServer(code.built);
  const byHand = measureServer(code.byHand);
  if (built.transcript.join('\n') !== byHand.transcript.join('\n')) {
    throw new Error('the two LED servers do not do the same');
  }
  const against = (subject: string, unit: string, value: number, peer: number, atMost: number): void => {
    report({ subject, unit, value, peer: { name: 'by hand', value: peer }, bar: { atMost } });
  };
  const perRequest = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / requests.length;
  against('LED server, bytecode', 'B', codeSize(code.built), codeSize(code.byHand), 0.95);
  against('LED server, heap held', 'B', built.held, byHand.held, 0.95);
  against(
    'LED server, instructions per request',
    '',
    perRequest(built.instructions),
    perRequest(byHand.instructions),
    1.02,
  );
  against('LED server, garbage per request', 'B', perRequest(built.garbage), perRequest(byHand.garbage), 1.02);
}

async function compareSpeed(report: (figure: Figure) => void, runs: number): Promise<void> {
  const race = new BuildRace();
  try {
    // In turns, so that what else the machine does hits both alike; the first of each warms caches.
    const cold = { tstl: [] as number[], own: [] as number[] };
    for (let i = 0; i <= runs; i++) {
      cold.tstl.push(await race.coldBuild('tstl'));
      cold.own.push(await race.coldBuild('last-ack'));
    }
    const tstl = median(cold.tstl.slice(1));
    report({
      subject: 'cold build of the LED server',
      value: median(cold.own.slice(1)),
      unit: 'ms',
      peer: { name: 'tstl', value: tstl },
      bar: { atMost: 1 },
      note: 'both not for the first time; the first start after an installation also compiles the tools, about 1 s',
    });
    const watched = median(await race.rebuilds('tstl', runs));
    await sleep(200);
    const own = median(await race.rebuilds('last-ack', runs));
    report({
      subject: 'rebuild after a change, change to output',
      value: own,
      unit: 'ms',
      peer: { name: 'tstl --watch', value: watched },
      bar: { atMost: 0.2 },
      note: 'changes are rehearsed for a second after the start',
    });
  } finally {
    race.remove();
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
