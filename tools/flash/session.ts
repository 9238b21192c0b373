import { ExitCode, UserError } from '../cli/exit.ts';
import type { Port } from '../serial/port.ts';
import { RealClock, type Clock } from '../virtual-board/clock.ts';
import { BoardLoader, LinesRefused, type ChipInfo, type ResetMode } from './board-loader.ts';

export interface FlashProgress {
  phase: 'connect' | 'erase' | 'write' | 'read' | 'restart';
  /** Bytes of flash. */
  done: number;
  total: number;
  /** Bits per second of the line. */
  baudRate: number;
}

export interface SessionOptions {
  port: Port;
  /** Rate to work at; lowered by itself when the line is bad. */
  baudRate?: number;
  mode?: ResetMode;
  clock?: Clock;
  signal?: AbortSignal;
  onProgress?: (progress: FlashProgress) => void;
  /** Lines for a person: what was found, what is tried next, which button to press. */
  onNote?: (note: string) => void;
}

/** Rates to fall back to, one after the other; the last is what the ROM loader was found at. */
const SLOWER_RATES = [921600, 460800, 230400, 115200];
/** USB bridges of development boards all manage this one; a virtual board has no bridge. */
const USUAL_RATE = 460800;
const VIRTUAL_RATE = 921600;

/** A board in its flasher stub, from the first reset to the last. */
export class FlashSession {
  readonly port: Port;
  readonly clock: Clock;
  readonly loader: BoardLoader;
  readonly note: (note: string) => void;
  /** Set before the first sector goes: from then on only a finished flash makes the board start. */
  isUnbootable = false;
  readonly #onProgress: (progress: FlashProgress) => void;
  readonly #signal: AbortSignal | undefined;
  #mode: ResetMode;
  #baudRate: number;

  constructor(options: SessionOptions) {
    this.port = options.port;
    this.clock = options.clock ?? new RealClock();
    this.loader = new BoardLoader(this.port, this.clock);
    this.note = options.onNote ?? (() => undefined);
    this.#onProgress = options.onProgress ?? (() => undefined);
    this.#signal = options.signal;
    this.#mode = options.mode ?? 'lines';
    this.#baudRate = options.baudRate ?? (this.port.isVirtual ? VIRTUAL_RATE : USUAL_RATE);
  }

  /**
   * Runs `work` on a connected board and starts what is in flash afterwards, whatever happened.
   * @throws UserError with what the board is left with, and the cure
   */
  async run<T>(work: (info: ChipInfo) => Promise<T>): Promise<T> {
    const stop = (): void => this.loader.transport.abort(new Error('interrupted'));
    this.#signal?.addEventListener('abort', stop);
    try {
      if (this.#signal?.aborted) stop();
      const result = await work(await this.#connect());
      await this.#restart();
      return result;
    } catch (error) {
      await this.#restart().catch(() => undefined);
      throw this.#explain(error);
    } finally {
      this.#signal?.removeEventListener('abort', stop);
    }
  }

  progress(phase: FlashProgress['phase'], done: number, total: number): void {
    this.#onProgress({ phase, done, total, baudRate: this.port.baudRate });
  }

  /** After silence or a refusal: a fresh stub at a lower rate. */
  async recover(cause: unknown): Promise<void> {
    const { abortReason } = this.loader.transport;
    if (abortReason) throw abortReason;
    this.#baudRate = SLOWER_RATES.find((rate) => rate < this.#baudRate) ?? this.#baudRate;
    this.note(`${cause instanceof Error ? cause.message : String(cause)}; trying again at ${this.#baudRate} baud`);
    await this.#enterStub();
  }

  async #connect(): Promise<ChipInfo> {
    this.progress('connect', 0, 1);
    await this.#enterStub();
    const info = await this.loader.info();
    if (!info.chip.startsWith('ESP82') && !info.chip.startsWith('ESP8285'))
      throw new UserError(`the chip is an ${info.chip}`, 'this toolchain is for the ESP8266', ExitCode.noBoard);
    if (!Number.isInteger(Math.log2(info.flashSize)) || info.flashSize < 0x40000 || info.flashSize > 0x1000000)
      throw new UserError(
        `the flash chip does not answer (id 0x${info.flashId.toString(16)})`,
        'take away what is connected to GPIO 6 to 11 and SD pins, and try again',
        ExitCode.boardFailed,
      );
    this.note(
      `${info.chip}, MAC ${info.mac}, ${info.crystalMHz} MHz crystal, ${info.flashSize / 0x100000} MiB flash, ` +
        `${this.port.baudRate} baud`,
    );
    this.progress('connect', 1, 1);
    return info;
  }

  async #enterStub(): Promise<void> {
    await this.#enterLoader();
    while (!(await this.loader.changeBaud(this.#baudRate))) {
      const lower = SLOWER_RATES.find((rate) => rate < this.#baudRate);
      if (lower === undefined) throw new Error(`the board does not answer at ${this.#baudRate} baud`);
      this.note(`the board is not heard at ${this.#baudRate} baud, trying ${lower}`);
      this.#baudRate = lower;
      await this.#enterLoader();
    }
  }

  async #enterLoader(): Promise<void> {
    if (this.#mode === 'buttons') this.note('hold FLASH, press and release RST, then release FLASH');
    try {
      await this.loader.connect(this.#mode);
    } catch (error) {
      if (!(error instanceof LinesRefused)) throw error;
      this.#mode = 'buttons';
      this.note(`this adapter refuses the modem lines (${error.message})`);
      await this.#enterLoader();
    }
  }

  async #restart(): Promise<void> {
    if (this.#mode === 'buttons') {
      this.note('press RST to start the board');
      return;
    }
    await this.loader.restart();
  }

  #explain(error: unknown): unknown {
    if (error instanceof UserError) return error;
    const left = this.isUnbootable ? 'the board must be flashed again' : 'its flash was not touched';
    const message = error instanceof Error ? error.message : String(error);
    if (this.#signal?.aborted)
      return new UserError(`interrupted; ${left}`, 'run the same command again', ExitCode.interrupted);
    if (this.loader.transport.abortReason)
      return new UserError(
        `the port ${this.port.path} is gone (${message}); ${left}`,
        'plug the cable in again and repeat the command',
        ExitCode.boardFailed,
      );
    if (this.isUnbootable)
      return new UserError(
        `the board does not answer any more (${message}); ${left}`,
        'repeat the command with a lower --baud, a shorter cable or another USB socket',
        ExitCode.boardFailed,
      );
    return new UserError(
      `no ESP8266 answers on ${this.port.path} (${message}); ${left}`,
      'is it the right port, and a cable with data lines? If so add --buttons and hold FLASH while you press RST',
      ExitCode.boardFailed,
    );
  }
}
