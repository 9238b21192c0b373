import type { Clock } from '../virtual-board/clock.ts';
import type { Repl } from './repl.ts';
import { sleep } from './sleep.ts';

/** The rate changes only after the answer to the command has left the board's FIFO. */
const switchMs = 25;
/** After this long no change of rate is still to come. */
export const settleMs = 2 * switchMs;

/** Lua that gives the console another rate, until the next reset, a moment after it has run. Needs tmr and uart. */
const switchRate = (baudRate: number): string =>
  `tmr.create():alarm(${switchMs},0,function()uart.setup(0,${baudRate},8,0,1,1)end)`;

/** Runs `lua` and then moves both sides to another rate; true when the console answers there within `answerMs`. */
export async function moveConsole(
  repl: Repl,
  clock: Clock,
  baudRate: number,
  { lua = '', answerMs = 1000 } = {},
): Promise<boolean> {
  await repl.run(lua + switchRate(baudRate));
  await sleep(clock, settleMs);
  await repl.setBaudRate(baudRate);
  return repl.sync(answerMs);
}
