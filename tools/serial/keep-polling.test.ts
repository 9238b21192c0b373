import { closeSync, readSync, writeSync } from 'node:fs';
import { expect, it } from 'vitest';
import { nativePty } from '../virtual-board/serial/pty.ts';
import { makeNonBlocking, makeRaw } from '../virtual-board/serial/termios.ts';
import { openPort } from './open-port.ts';

const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

it.skipIf(process.platform === 'win32')(
  'goes on with a write that had to wait, though a read began meanwhile (not on Windows, without PTYs)',
  async () => {
    const { master, slave, pty } = nativePty().open(80, 24);
    makeRaw(slave, 115200);
    makeNonBlocking(master);
    const port = await openPort(pty);
    const heard: string[] = [];
    port.onData((bytes) => heard.push(Buffer.from(bytes).toString()));
    await moment();
    let isWritten = false;
    const write = port.write(new Uint8Array(60_000).fill(0x41)).then(() => (isWritten = true));
    await moment();
    expect(isWritten, 'with nobody who reads').toBe(false);
    writeSync(master, 'x');
    await moment();
    expect(heard).toEqual(['x']);
    const arrived = await readAll(master, 60_000);
    expect(arrived).toBe(60_000);
    await write;
    await port.close();
    closeSync(master);
    closeSync(slave);
  },
);

/** Reads as a board does that was busy; ends early when nothing more comes for half a second. */
async function readAll(fd: number, length: number): Promise<number> {
  let arrived = 0;
  for (let idle = 0; arrived < length && idle < 50;) {
    const count = readSome(fd);
    arrived += count;
    idle = count === 0 ? idle + 1 : 0;
    if (count === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return arrived;
}

function readSome(fd: number): number {
  try {
    return readSync(fd, new Uint8Array(4096));
  } catch {
    return 0;
  }
}
