/** The number of crashes in a row, kept in flash; loaded when it is needed. */

const FILE = 'crashes';

export function readCrashes(): number {
  const memory = file.open(FILE);
  if (memory === undefined) return 0;
  const text = memory.read();
  memory.close();
  return tonumber(text) ?? 0;
}

export function writeCrashes(crashes: number): void {
  if (crashes === 0) {
    file.remove(FILE);
    return;
  }
  const memory = file.open(FILE, 'w');
  if (memory === undefined) return;
  memory.write(`${crashes}`);
  memory.close();
}

/** Milliseconds for the text to leave the serial line. */
const LAST_WORDS = 250;

/** Tells the error, counts it and restarts: swallowing it would break new sockets. */
export function die(traceback: string): void {
  print(traceback);
  writeCrashes(readCrashes() + 1);
  tmr.create().alarm(LAST_WORDS, tmr.ALARM_SINGLE, () => node.restart());
}
