import { stripVTControlCharacters } from 'node:util';
import { expect, test, vi } from 'vitest';
import { Receivers, type Port } from '../serial/port.ts';
import { resample } from '../virtual-board/serial/resample.ts';
import { Monitor, type MonitorEvent } from './monitor.ts';

class QuietPort implements Port {
  readonly path = '/dev/ttyUSB0';
  readonly baudRate = 115200;
  readonly isVirtual = false;
  readonly data = new Receivers<[Uint8Array]>();
  readonly closed = new Receivers<[Error?]>();
  write = (): Promise<void> => Promise.resolve();
  setLines = (): Promise<void> => Promise.resolve();
  setBaudRate = (): Promise<void> => Promise.resolve();
  onData = (receiver: (bytes: Uint8Array) => void): (() => void) => this.data.add(receiver);
  onClose = (receiver: (error?: Error) => void): (() => void) => this.closed.add(receiver);
  close(): Promise<void> {
    this.closed.send();
    return Promise.resolve();
  }
  say = (bytes: string | Uint8Array): void => this.data.send(Buffer.from(bytes));
}

function watch() {
  const port = new QuietPort();
  const events: MonitorEvent[] = [];
  let screen = '';
  const monitor = new Monitor({
    output: { write: (text) => (screen += text), event: (event) => events.push(event) },
    now: () => new Date(2026, 0, 2, 3, 4, 5, 6),
  });
  return { port, monitor, events, closed: monitor.follow(port), screen: () => stripVTControlCharacters(screen) };
}

test('every line begins with its time, and half a line is shown at once', () => {
  const { port, screen } = watch();
  port.say('heap 44');
  expect(screen()).toBe('03:04:05.006 heap 44');
  port.say('000\r\n\r\nnext\r\n');
  expect(screen()).toBe('03:04:05.006 heap 44000\n\n03:04:05.006 next\n');
});

test('a character that arrives in two pieces is whole, and noise is a dot that cannot move the cursor', () => {
  const { port, screen } = watch();
  port.say(Uint8Array.of(0xc3));
  port.say(Uint8Array.of(0xa4, 0x0a));
  port.say(Uint8Array.of(0xff, 0x1b, 0x9b, 0x00, 0xfe, 0x41, 0x0a));
  expect(screen()).toBe('03:04:05.006 ä\n03:04:05.006 ·A\n');
});

test.each([
  [' ets Jan  8 2013,rst cause:4, boot mode:(3,6)', 'reset: hardware watchdog'],
  ['Fatal exception 28(LoadProhibitedCause):', 'crash: load from a forbidden address, often nil memory'],
  ['PANIC: unprotected error in call to Lua API (main.lua:3: not connected)', 'panic: an error in a callback'],
  ['NodeMCU 3.0.0.0 built on nodemcu-build.com', 'boot'],
])('%s is explained', (line, words) => {
  const { port, events } = watch();
  port.say(`${line}\r\n`);
  expect(events.map(({ type, text }) => `${type} ${text}`)).toEqual([
    `line ${line}`,
    expect.stringContaining(`note ${words}`),
  ]);
});

test('a remark in the middle of a line waits for its end, briefly, and what follows has its time again', () => {
  vi.useFakeTimers();
  try {
    const { port, monitor, events, screen } = watch();
    port.say('led D4 ');
    monitor.note('built');
    port.say('on\r\n> ');
    monitor.note('uploaded');
    vi.advanceTimersByTime(500);
    port.say('=1\r\n');
    expect(screen()).toBe('03:04:05.006 led D4 on\n--- built\n03:04:05.006 > \n--- uploaded\n03:04:05.006 =1\n');
    expect(events.map(({ text }) => text)).toEqual(['led D4 on', 'built', 'uploaded', '> =1']);
  } finally {
    vi.useRealTimers();
  }
});

test('a board that only resets is said to have no firmware, once', () => {
  const { port, events } = watch();
  const bare = resample(Buffer.from('\r\n ets Jan  8 2013,rst cause:4, boot mode:(3,6)\r\n'), 74880, 115200);
  for (let resets = 0; resets < 6; resets++) port.say(bare);
  port.say('\n');
  const notes = events.filter(({ type }) => type === 'note').map(({ text }) => text);
  expect(notes.filter((text) => text === 'reset: hardware watchdog')).toHaveLength(6);
  expect(notes.filter((text) => text.includes('last-ack flash'))).toHaveLength(1);
});

test('following ends with the reason why the port closed', async () => {
  const { port, closed } = watch();
  port.closed.send(new Error('gone'));
  await expect(closed).resolves.toMatchObject({ message: 'gone' });
});
