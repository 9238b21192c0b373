import { settleMs } from '../serial/console-rate.ts';
import type { Repl } from '../serial/repl.ts';
import { sleep } from '../serial/sleep.ts';
import type { Clock } from '../virtual-board/clock.ts';
import { commitName } from './commit.ts';
import { clearHelpers } from './courier.ts';
import { restoreBaud } from './fast-baud.ts';

/** A receiver of blocks gives the console back after 1.5 s of silence; a file that is being digested takes longer. */
const attempts = 5;
const answerMs = 800;

/** What a swap that has begun needs stays; the next boot finishes it. */
const removeTemporaries =
  `file.close()if not file.exists("${commitName}")then for n in pairs(file.list())do ` +
  'if n:find("^~%d")then file.remove(n)end end end';

/**
 * Leaves the board as an upload that ended early found it: console at its rate, no half files, nothing on the heap. Does what
 * it can within 4 s: the next upload does the rest.
 */
export async function withdraw(repl: Repl, clock: Clock, usualBaud: number): Promise<void> {
  repl.watch.forgetInterruption();
  repl.watch.expectReset(true);
  try {
    await sleep(clock, settleMs);
    if (!(await hasPrompt(repl))) {
      // A board that has been reset meanwhile is back at its usual rate.
      await repl.setBaudRate(usualBaud);
      if (!(await repl.sync(answerMs))) return;
    }
    if (repl.port.baudRate !== usualBaud) await restoreBaud(repl, clock, usualBaud);
    await repl.run(removeTemporaries);
    await clearHelpers(repl);
  } catch {
    // A board that has gone, or died, is the next upload's affair.
  }
}

async function hasPrompt(repl: Repl): Promise<boolean> {
  for (let attempt = 0; attempt < attempts; attempt++) if (await repl.sync(answerMs)) return true;
  return false;
}
