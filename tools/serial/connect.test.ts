import { afterEach, expect, test } from 'vitest';
import type { SerialLine } from '../virtual-board/serial/line.ts';
import { connectRepl } from './connect.ts';
import { LinePort } from './line-port.ts';
import { BenchBoard, IdleClock } from './testing/bench-board.ts';
import { sleep } from './sleep.ts';

let close: () => void = () => undefined;

afterEach(() => close());

function boardWith(initLua: string): BenchBoard {
  const bench = new BenchBoard({ 'init.lua': initLua }, new IdleClock('memory'));
  close = () => bench.close();
  return bench;
}

async function connect(bench: BenchBoard) {
  const port = bench.plugIn();
  const notes: string[] = [];
  const repl = await connectRepl(port, { clock: bench.clock, onNote: (note) => notes.push(note) });
  return { repl, port, notes };
}

test('a board in the middle of its boot is waited for', async () => {
  const { repl } = await connect(boardWith('print("hello")'));
  expect(await repl.run('', '6*7')).toBe('42');
});

test('a console at another rate is found and left there', async () => {
  const bench = boardWith('uart.setup(0,9600,8,0,1,1)');
  await sleep(bench.clock, 1000);
  const { repl, port, notes } = await connect(bench);
  expect(port.baudRate).toBe(9600);
  expect(await repl.run('', '6*7')).toBe('42');
  expect(notes).toContain('the console answers at 9600 baud');
});

test('a rate that an interrupted transfer has left is taken back', async () => {
  const bench = boardWith('uart.setup(0,921600,8,0,1,1)');
  await sleep(bench.clock, 1000);
  const { repl, port } = await connect(bench);
  expect(port.baudRate).toBe(115200);
  expect(await repl.run('', '6*7')).toBe('42');
});

test('a board that is deaf but has a reset circuit is restarted', async () => {
  const bench = boardWith('print("hello")');
  await sleep(bench.clock, 1000);
  const first = bench.plugIn();
  await first.write(Buffer.from('uart.on("data","\\r",function()end,0)\n'));
  await sleep(bench.clock, 100);
  await first.close();
  const { repl, notes } = await connect(bench);
  expect(await repl.run('', '6*7')).toBe('42');
  expect(notes).toContain('no answer yet, resetting the board');
});

function deadLine(said: string, clock: IdleClock): SerialLine {
  return {
    pending: 0,
    write: () => undefined,
    setLines: () => undefined,
    setBaudRate: () => undefined,
    onData: (receiver) => {
      let isOn = said !== '';
      const talk = (): void => {
        if (!isOn) return;
        receiver(Buffer.from(said));
        clock.after(50, talk);
      };
      talk();
      return () => {
        isOn = false;
      };
    },
  };
}

test.each([
  { said: '', fault: 'silent' },
  { said: 'I am no NodeMCU\r\n', fault: 'prompt' },
  { said: 'ets_main.c 181 \r\n', fault: 'firmware' },
])('what says "$said" for ever is named $fault in bounded time', async ({ said, fault }) => {
  const clock = new IdleClock('memory');
  close = () => clock.stop();
  const port = new LinePort(deadLine(said, clock), 115200, clock);
  const start = clock.now();
  await expect(connectRepl(port, { clock })).rejects.toMatchObject({ fault, exitCode: 4 });
  expect(clock.now() - start).toBeLessThan(20_000);
});

test('a board that formats its file system after the reset is waited for, and says so', async () => {
  const bench = boardWith('print("hello")');
  await sleep(bench.clock, 1000);
  const port = new LinePort(formattingLine(bench), 115200, bench.clock);
  const notes: string[] = [];
  const repl = await connectRepl(port, { clock: bench.clock, onNote: (note) => notes.push(note) });
  expect(await repl.run('', '6*7')).toBe('42');
  expect(notes.filter((note) => note.startsWith('the board formats its file system')).length).toBeGreaterThan(3);
});

/** A line on which a board that is reset says that it formats, and then neither hears nor says anything for 50 s. */
function formattingLine({ board: { serial }, clock }: BenchBoard): SerialLine {
  const receivers = new Set<(bytes: Uint8Array) => void>();
  let isSilent = true;
  return {
    get pending() {
      return serial.pending;
    },
    write: (bytes) => (isSilent ? undefined : serial.write(bytes)),
    setBaudRate: (rate) => serial.setBaudRate(rate),
    setLines: (lines) => {
      serial.setLines(lines);
      if (!lines.rts) return;
      clock.after(400, () =>
        receivers.forEach((receive) => receive(Buffer.from('\nFormatting file system. Please wait...\n'))),
      );
      clock.after(50_000, () => (isSilent = false));
    },
    onData: (receive) => {
      receivers.add(receive);
      return serial.onData((bytes) => (isSilent ? undefined : receive(bytes)));
    },
  };
}
