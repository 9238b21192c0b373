/** What the LEDs show, kept in flash over a restart; loaded at boot and after changes. */
import { overlay } from '../runtime.ts';
import { type Led, leds } from './leds.ts';

const FILE = 'leds.state';
/** Complete before the old file goes: a power cut may come at any time. */
const NEW_FILE = 'leds.state.new';

/** Milliseconds from the last change to writing: flash wears out. */
const enum Delay {
  WRITE = 3000,
}

/** By name of the LED. What cannot be read is left out. */
export function recall(): Record<string, Led | undefined> {
  const { readLine } = overlay<typeof import('./line.ts')>($module('./line.ts'));
  const before: Record<string, Led | undefined> = {};
  const memory = file.open(FILE) ?? file.open(NEW_FILE);
  let line = memory?.readline();
  while (line !== undefined) {
    const led = readLine(line);
    if (led !== undefined) before[led.name] = led;
    line = memory!.readline();
  }
  memory?.close();
  return before;
}

/** Writes what the LEDs show now. */
export function remember(): void {
  leds.writer = undefined;
  const memory = file.open(NEW_FILE, 'w');
  if (memory === undefined) return;
  const isWritten = memory.write(`${table.concat(leds, '\n')}\n`);
  memory.close();
  if (isWritten !== true) return;
  file.remove(FILE);
  file.rename(NEW_FILE, FILE);
}

/** In a timer: loads what writes. */
function rememberNow(this: void): void {
  overlay<typeof import('./memory.ts')>($module('./memory.ts')).remember();
}

/** Writes what the LEDs show once they have been left alone for a while. */
export function rememberSoon(): void {
  if (leds.writer !== undefined) {
    leds.writer.start(true);
    return;
  }
  const timer = tmr.create();
  leds.writer = timer;
  timer.alarm(Delay.WRITE, tmr.ALARM_SINGLE, () => {
    pcall(rememberNow);
  });
}
