import type { Clock } from '../virtual-board/clock.ts';
import type { Repl } from '../serial/repl.ts';
import { sleep } from '../serial/sleep.ts';

/** The board returns to the console's rate by itself when nothing has answered there for this long ... */
const trialMs = 1000;
/** ... and later, when a host has left it there: no batch takes longer. */
const leaseMs = 60_000;
/** The rate changes only after the answer to the command has left the board's FIFO. */
const switchMs = 25;

export const baudHelpers = ['__bt'];

/**
 * Raises the baud rate on both sides. False when the board does not answer at the new rate; both are then back at the
 * old one.
 */
export async function raiseBaud(repl: Repl, clock: Clock, baudRate: number): Promise<boolean> {
  const { port } = repl;
  const usual = port.baudRate;
  await repl.run(
    `__bt=tmr.create()__bt:alarm(${trialMs},0,function()uart.setup(0,${usual},8,0,1,1)end)` + switchTo(baudRate),
  );
  await sleep(clock, 2 * switchMs);
  try {
    await repl.setBaudRate(baudRate);
    if (await repl.sync(600)) {
      await repl.run(`__bt:interval(${leaseMs})`);
      return true;
    }
  } catch (error) {
    if (!isUnsupportedRate(error)) throw error;
  }
  await repl.setBaudRate(usual);
  await sleep(clock, trialMs);
  await repl.sync(1000);
  return false;
}

/** Back to `usual`; the console must answer there. */
export async function restoreBaud(repl: Repl, clock: Clock, usual: number): Promise<void> {
  await repl.run(`__bt:unregister()__bt=nil ${switchTo(usual)}`);
  await sleep(clock, 2 * switchMs);
  await repl.setBaudRate(usual);
  await repl.sync(1000);
}

const switchTo = (baudRate: number): string =>
  `tmr.create():alarm(${switchMs},0,function()uart.setup(0,${baudRate},8,0,1,1)end)`;

/** Drivers refuse a rate when it is set; what else can fail there is the port itself. */
function isUnsupportedRate(error: unknown): boolean {
  return error instanceof Error && /baud/i.test(error.message);
}
