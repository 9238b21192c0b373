import { BoardError } from '../serial/board-error.ts';
import { resetByLines } from '../serial/connect.ts';
import type { Repl } from '../serial/repl.ts';
import type { Clock } from '../virtual-board/clock.ts';
import { digestHelpers } from './device-files.ts';
import { baudHelpers, raiseBaud, restoreBaud } from './fast-baud.ts';
import { rawHelpers, rawTransfer } from './raw-transfer.ts';
import { nodemcuToolTransfer, TransferError, type Transfer } from './transfer.ts';

export interface CourierOptions {
  /** `auto` (default) begins with raw blocks at `fastBaud` and slows down by itself where the board cannot follow. */
  transfer?: 'auto' | 'nodemcu-tool';
  /** Bits per second of raw blocks; 0 keeps the console's rate. Default 921600. */
  fastBaud?: number;
  /** Called with a line for a person when something takes longer than usual. */
  onNote?: (note: string) => void;
  /** Called right before the board restarts: what it says from then on is no longer the upload's. */
  onRestart?: () => void;
}

/** The answer to the command leaves the board, and the port returns to its rate, before the restart. */
const restartDelayMs = 30;

/** Takes every helper off the board's heap. */
export async function clearHelpers(repl: Repl): Promise<void> {
  const helpers = [...digestHelpers, '__nmtwrite', ...rawHelpers, ...baudHelpers];
  await repl.run(helpers.map((name) => `${name}=nil`).join(' '));
}

/** Chooses how files travel, and takes the next slower way when one has failed: fast blocks, blocks, nodemcu-tool. */
export class Courier {
  readonly #repl: Repl;
  readonly #clock: Clock;
  readonly #usualBaud: number;
  readonly #onNote: (note: string) => void;
  readonly #onRestart: () => void;
  #transfer: Transfer;
  #lastResorts = 0;

  private constructor(repl: Repl, clock: Clock, options: CourierOptions) {
    this.#repl = repl;
    this.#clock = clock;
    this.#usualBaud = repl.port.baudRate;
    this.#onNote = options.onNote ?? (() => undefined);
    this.#onRestart = options.onRestart ?? (() => undefined);
    this.#transfer = nodemcuToolTransfer(repl, clock);
  }

  static async start(repl: Repl, clock: Clock, options: CourierOptions): Promise<Courier> {
    const { transfer = 'auto', fastBaud = 921600 } = options;
    const courier = new Courier(repl, clock, options);
    const raw = transfer === 'auto' ? await rawTransfer(repl) : undefined;
    if (!raw) return courier;
    courier.#transfer = raw;
    if (fastBaud !== 0 && fastBaud !== repl.port.baudRate && !(await raiseBaud(repl, clock, fastBaud)))
      courier.#onNote(`the board does not answer at ${fastBaud} baud, staying at ${repl.port.baudRate}`);
    return courier;
  }

  get method(): Transfer['name'] {
    return this.#transfer.name;
  }

  /** Brings bytes into a file; whether all of them arrived, its caller must verify. */
  async send(name: string, bytes: Uint8Array, onBytes: (done: number) => void): Promise<void> {
    try {
      await this.#transfer.send(name, bytes, onBytes);
    } catch (error) {
      if (!(error instanceof TransferError)) throw error;
    }
  }

  /** Takes the next slower way, the slowest one twice; false when there is none. */
  async slowDown(): Promise<boolean> {
    await this.#repl.sync(2000);
    if (this.#transfer.name === 'nodemcu-tool') return ++this.#lastResorts <= 2;
    if (this.#isFast) {
      this.#onNote(`blocks got lost at ${this.#repl.port.baudRate} baud, going on at ${this.#usualBaud}`);
      await restoreBaud(this.#repl, this.#clock, this.#usualBaud);
    } else {
      this.#onNote('blocks got lost, going on with nodemcu-tool');
      this.#transfer = nodemcuToolTransfer(this.#repl, this.#clock);
    }
    return true;
  }

  /** Takes every helper off the board's heap and gives the console back as it was. */
  async leave(): Promise<void> {
    if (this.#isFast) await restoreBaud(this.#repl, this.#clock, this.#usualBaud);
    await clearHelpers(this.#repl);
  }

  /** By command, and by the modem lines where the command does not end in a boot. */
  async restartBoard(): Promise<void> {
    const { watch, port } = this.#repl;
    const hasBooted = (text: string): true | undefined => (/\nNodeMCU \d/.test(text) ? true : undefined);
    watch.expectReset(true);
    if (this.#isFast) {
      await this.#repl.run(`tmr.create():alarm(${restartDelayMs},0,function()node.restart()end)`);
      watch.clear();
      await this.#repl.setBaudRate(this.#usualBaud);
    } else {
      watch.clear();
      await this.#repl.type('node.restart()\n');
    }
    this.#onRestart();
    if (await watch.until(hasBooted, 3000)) return;
    await resetByLines(port, this.#clock);
    if (!(await watch.until(hasBooted, 5000)))
      throw new BoardError('silent', 'the files are in place, but the board did not restart');
  }

  get #isFast(): boolean {
    return this.#repl.port.baudRate !== this.#usualBaud;
  }
}
