/** What the LEDs show, kept in flash over a restart; loaded at boot and after changes. */
import type { Change } from './control.ts';
import { leds, type LedState, writer } from './leds.ts';

const FILE = 'leds.state';

/** Milliseconds from the last change to writing: flash wears out. */
const enum Delay {
  WRITE = 3000,
}

/** By name of the LED. What cannot be read is left out. */
export function recall(): Record<string, Change | undefined> {
  const changes: Record<string, Change | undefined> = {};
  const memory = file.open(FILE);
  if (memory === undefined) return changes;
  let line = memory.readline();
  while (line !== undefined) {
    const [state, period, duty, list, name] = line.match('^(%l+) (%d+) (%d+) ([%d,]*) ([^\n]+)');
    if (name !== undefined && state !== undefined) {
      const steps: number[] = [];
      for (const [step] of list!.gmatch('%d+')) steps.push(tonumber(step)!);
      changes[name] = { state: state as LedState, period: tonumber(period), duty: tonumber(duty), steps };
      if (state === 'sequence' && steps.length < 2) changes[name] = undefined;
    }
    line = memory.readline();
  }
  memory.close();
  return changes;
}

/** Writes what the LEDs show now. */
function remember(this: void): void {
  const memory = file.open(FILE, 'w');
  if (memory === undefined) return;
  for (const led of leds) {
    memory.writeline(
      `${led.state} ${led.period} ${led.duty} ${led.steps === undefined ? '' : table.concat(led.steps, ',')} ${led.name}`,
    );
  }
  memory.close();
}

/** Writes what the LEDs show once they have been left alone for a while. */
export function rememberSoon(): void {
  writer.timer?.unregister();
  const timer = tmr.create();
  writer.timer = timer;
  timer.alarm(Delay.WRITE, tmr.ALARM_SINGLE, () => {
    writer.timer = undefined;
    pcall(remember);
  });
}
