import { closeSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ReadStream } from 'node:tty';
import { ExitCode, UserError } from '../../cli/exit.ts';
import type { SerialLine } from './line.ts';
import { baudRateOf, makeNonBlocking, makeRaw } from './termios.ts';

/** A pseudo-terminal that programs open as the board's serial port. */
export interface Pty {
  /** The terminal device, e.g. /dev/pts/3. */
  devicePath: string;
  /** Idempotent; removes the symbolic link. */
  close(): void;
}

interface NativePty {
  open(columns: number, rows: number): { master: number; slave: number; pty: string };
}

const CONSOLE_BAUD = 115200;
/** How often a full terminal is tried again, while a host reads and while none does. */
const RETRY_MS = 2;
const ABSENT_RETRY_MS = 50;
/** A host that leaves the terminal full for longer than this is not there; a serial line does not wait for it. */
const ABSENT_MS = 1000;

/**
 * Puts `line` behind a new pseudo-terminal and names it `linkPath`. The terminal has no modem lines; its baud rate is
 * followed where it has a name, so that a wrong rate gives garbage as on a real line.
 * @throws UserError where there are no pseudo-terminals (Windows) or their prebuilt part is missing.
 */
export function openPty(line: SerialLine, linkPath: string): Promise<Pty> {
  const { master, slave, pty: devicePath } = nativePty().open(80, 24);
  makeRaw(slave, CONSOLE_BAUD);
  const fromHost = new ReadStream(master);
  makeNonBlocking(master);
  const toHost = new PatientWriter(master);
  const followBaud = baudFollower(line, slave);

  fromHost.on('data', (bytes: Buffer) => {
    followBaud();
    line.write(bytes);
  });
  const unplug = line.onData((bytes) => {
    followBaud();
    toHost.write(bytes);
  });
  rmSync(linkPath, { force: true });
  symlinkSync(devicePath, linkPath);

  let isOpen = true;
  return Promise.resolve({
    devicePath,
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      unplug();
      toHost.close();
      rmSync(linkPath, { force: true });
      fromHost.destroy();
      closeSync(slave);
    },
  });
}

/**
 * The prebuilt part of node-pty. Its slave descriptor stays open in this process too: without any, reading the master
 * fails as soon as a host closes its own.
 */
export function nativePty(): NativePty {
  try {
    const require = createRequire(import.meta.url);
    const { requireBinary } = require('@lydell/node-pty/requireBinary.js') as {
      requireBinary: (file: string) => NativePty;
    };
    return requireBinary('pty.node');
  } catch (error) {
    throw new UserError(
      `no pseudo-terminal: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`,
      'run npm ci without --omit=optional; on Windows use WSL, or start the board with --serial off',
      ExitCode.failed,
    );
  }
}

function baudFollower(line: SerialLine, slave: number): () => void {
  let last: number | undefined = CONSOLE_BAUD;
  line.setBaudRate(CONSOLE_BAUD);
  return () => {
    const now = baudRateOf(slave);
    if (now === last) return;
    last = now;
    if (now !== undefined) line.setBaudRate(now);
  };
}

/** Writes to a terminal that may be full, without ever blocking the board. */
class PatientWriter {
  readonly #fd: number;
  #waiting: Uint8Array[] = [];
  #blockedSince: number | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(bytes: Uint8Array): void {
    if (this.#isHostAbsent()) return;
    this.#waiting.push(bytes);
    if (this.#retry === undefined) this.#flush();
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#waiting = [];
  }

  #isHostAbsent(): boolean {
    return this.#blockedSince !== undefined && performance.now() - this.#blockedSince > ABSENT_MS;
  }

  #flush(): void {
    this.#retry = undefined;
    for (let head = this.#waiting[0]; head; head = this.#waiting[0]) {
      const written = writeSome(this.#fd, head);
      if (written > 0) this.#blockedSince = undefined;
      if (written < head.length) {
        this.#waiting[0] = head.subarray(written);
        this.#blockedSince ??= performance.now();
        this.#retry = setTimeout(() => this.#flush(), this.#isHostAbsent() ? ABSENT_RETRY_MS : RETRY_MS).unref();
        return;
      }
      this.#waiting.shift();
    }
  }
}

function writeSome(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0;
    throw error;
  }
}
