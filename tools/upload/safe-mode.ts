import { resetByLines, waitForPrompt } from '../serial/connect.ts';
import type { Port } from '../serial/port.ts';
import { Repl } from '../serial/repl.ts';
import type { Clock } from '../virtual-board/clock.ts';
import { safeModeName, setAsideName } from './commit.ts';
import { DeviceFiles } from './device-files.ts';

/** Many short ones: the board may be in the middle of one of its restarts. */
const attempts = 12;
const answerMs = 700;
/** Printed by the board; the echo of the command does not contain it. */
const done = '~done';
const sayDone = 'print("~".."done")';
const bootMs = 5000;

/**
 * Restarts a board whose application floods the line, takes all memory or crashes, so that it comes up with its prompt
 * only. A generated init.lua stops once when it finds `~safe`; any other one is set aside as `~init`.
 * Everything is typed blindly: there may be no prompt to see. False when the application could not be kept from running.
 */
export async function startWithoutApplication(port: Port, clock: Clock, signal?: AbortSignal): Promise<boolean> {
  const repl = new Repl(port, clock, signal);
  repl.watch.expectReset(true);
  try {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      if (!(await leaveMark(repl))) {
        if (attempt % 3 === 0) await resetByLines(port, clock);
        continue;
      }
      if (!(await hasBooted(repl)) || !(await waitForPrompt(repl, { clock, onNote: () => undefined }))) continue;
      const device = new DeviceFiles(repl);
      if (!(await device.exists(safeModeName)) || (await setAside(repl, device))) return true;
    }
    return false;
  } finally {
    repl.detach();
  }
}

/** Puts an init.lua that was set aside back, where no upload has brought a new one. */
export async function restoreSetAside(port: Port, clock: Clock): Promise<void> {
  const repl = new Repl(port, clock);
  repl.watch.expectReset(true);
  try {
    if (!(await repl.sync(2000))) return;
    await repl.runChecked(`if not file.exists("init.lua")then file.rename("${setAsideName}","init.lua")end`);
  } finally {
    repl.detach();
  }
}

/** True when the board has said that the mark is made; it restarts then. */
async function leaveMark(repl: Repl): Promise<boolean> {
  repl.watch.clear();
  await repl.type(`\nfile.open("${safeModeName}","w"):close()${sayDone}node.restart()\n`);
  return isDone(repl);
}

/** Without a look at the echo: a crashing application leaves no time for it. */
async function setAside(repl: Repl, device: DeviceFiles): Promise<boolean> {
  repl.watch.clear();
  await repl.type(
    `\nfile.remove("${safeModeName}")file.remove("${setAsideName}")file.rename("init.lua","${setAsideName}")` +
      `${sayDone}node.restart()\n`,
  );
  return (await isDone(repl)) && (await hasBooted(repl)) && !(await device.exists('init.lua'));
}

async function isDone(repl: Repl): Promise<boolean> {
  return (await repl.watch.until((text) => text.includes(done) || undefined, answerMs)) === true;
}

async function hasBooted(repl: Repl): Promise<boolean> {
  const booted = await repl.watch.until((text) => (/(?:^|\n)NodeMCU \d/.test(text) ? true : undefined), bootMs);
  repl.watch.clear();
  return booted === true;
}
