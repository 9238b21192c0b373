import { moveConsole } from '../serial/console-rate.ts';
import type { Repl } from '../serial/repl.ts';
import { sleep } from '../serial/sleep.ts';
import type { Clock } from '../virtual-board/clock.ts';

/** The board returns to the console's rate by itself when nothing has answered there for this long ... */
const trialMs = 1000;
/** ... and later, when a host has left it there: every file begins this time anew. */
const leaseMs = 60_000;

export const baudHelpers = ['__bt'];
/** Lua that begins the time anew, where there is one. */
export const renewLease = `if __bt then __bt:interval(${leaseMs})end `;

/**
 * Raises the baud rate on both sides. False when the board does not answer at the new rate; both are then back at the
 * old one.
 */
export async function raiseBaud(repl: Repl, clock: Clock, baudRate: number): Promise<boolean> {
  const { port } = repl;
  const usual = port.baudRate;
  const trial = `__bt=tmr.create()__bt:alarm(${trialMs},0,function()uart.setup(0,${usual},8,0,1,1)end)`;
  try {
    if (await moveConsole(repl, clock, baudRate, { lua: trial, answerMs: 600 })) {
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
  await moveConsole(repl, clock, usual, { lua: '__bt:unregister()__bt=nil ' });
}

/** Drivers refuse a rate when it is set; what else can fail there is the port itself. */
function isUnsupportedRate(error: unknown): boolean {
  return error instanceof Error && /baud/i.test(error.message);
}
