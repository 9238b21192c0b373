import { LinePort } from '../line-port.ts';
import { sleep } from '../sleep.ts';
import { VirtualBoard } from '../../virtual-board/board.ts';
import { VirtualClock, type Clock, type Timer } from '../../virtual-board/clock.ts';
import { findProfile } from '../../virtual-board/profiles/index.ts';
import { seededRandom } from '../../virtual-board/random.ts';
import { MemoryFlash } from '../../virtual-board/serial/memory-flash.ts';

/**
 * Time that goes on by a fixed amount whenever the process has nothing else to do, so that watchdogs of seconds take
 * milliseconds, and a machine under load stops the clock instead of tripping them.
 */
export class IdleClock implements Clock {
  readonly #clock = new VirtualClock();
  readonly #stop: () => void;

  /** `files`: leaves the operating system time to read and write between two ticks. */
  constructor(pace: 'memory' | 'files' = 'files') {
    const [schedule, step] = pace === 'memory' ? [setImmediate, 5] : [(tick: () => void) => setTimeout(tick, 1), 25];
    let isRunning = true;
    const tick = (): void => {
      if (!isRunning) return;
      this.#clock.runUntil(this.#clock.now() + step);
      schedule(tick);
    };
    schedule(tick);
    this.#stop = () => {
      isRunning = false;
    };
  }

  now(): number {
    return this.#clock.now();
  }

  after(delayMs: number, callback: () => void): Timer {
    return this.#clock.after(delayMs, callback);
  }

  stop(): void {
    this.#stop();
  }
}

/** A board on a workbench: powered, with firmware, its serial log kept from the first byte. */
export class BenchBoard {
  readonly clock: IdleClock;
  readonly board: VirtualBoard;
  #log = '';

  constructor(files: Record<string, string | Uint8Array>, clock = new IdleClock()) {
    this.clock = clock;
    this.board = new VirtualBoard({
      profile: findProfile('nodemcu-3.0'),
      clock,
      random: seededRandom(1),
      flash: new MemoryFlash(),
      speed: 'host',
      files: Object.fromEntries(Object.entries(files).map(([name, content]) => [name, Buffer.from(content)])),
    });
    this.board.serial.onData((bytes) => (this.#log += Buffer.from(bytes).toString('latin1')));
    this.board.powerOn();
  }

  plugIn(): LinePort {
    return new LinePort(this.board.serial, 115200, this.clock);
  }

  get log(): string {
    return this.#log;
  }

  /** Presses RST and returns the first match of `pattern` in what the board then says, undefined after `timeoutMs`. */
  async boot(pattern: RegExp, timeoutMs = 5000): Promise<string | undefined> {
    const from = this.#log.length;
    this.board.serial.setBaudRate(115200);
    this.board.reset('external');
    const end = this.clock.now() + timeoutMs;
    while (this.clock.now() < end) {
      const found = pattern.exec(this.#log.slice(from));
      if (found) return found[0];
      await sleep(this.clock, 5);
    }
    return undefined;
  }

  close(): void {
    this.board.close();
    this.clock.stop();
  }
}
