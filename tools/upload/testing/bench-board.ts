import { LinePort } from '../../serial/line-port.ts';
import { VirtualBoard } from '../../virtual-board/board.ts';
import type { Clock, Timer } from '../../virtual-board/clock.ts';
import { findProfile } from '../../virtual-board/profiles/index.ts';
import { seededRandom } from '../../virtual-board/random.ts';
import { MemoryFlash } from '../../virtual-board/serial/memory-flash.ts';

/** Wall-clock time that runs `factor` times as fast: watchdogs of seconds take milliseconds. */
export class FastClock implements Clock {
  readonly #factor: number;

  constructor(factor: number) {
    this.#factor = factor;
  }

  now(): number {
    return performance.now() * this.#factor;
  }

  after(delayMs: number, callback: () => void): Timer {
    const timeout = setTimeout(callback, delayMs / this.#factor);
    return { cancel: () => clearTimeout(timeout) };
  }
}

/** A board on a workbench: powered, with firmware, its serial log kept from the first byte. */
export class BenchBoard {
  readonly clock: Clock;
  readonly board: VirtualBoard;
  #log = '';

  constructor(files: Record<string, string | Uint8Array>, clock: Clock = new FastClock(20)) {
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
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return undefined;
  }

  close(): void {
    this.board.close();
  }
}
