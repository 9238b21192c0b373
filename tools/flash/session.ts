import { ExitCode, UserError } from '../cli/exit.ts';
import { resetByLines } from '../serial/connect.ts';
import type { Port } from '../serial/port.ts';
import { RealClock, type Clock } from '../virtual-board/clock.ts';
import { BoardLoader, isSilent, LinesRefused, type ChipInfo, type ResetMode } from './board-loader.ts';

export interface FlashProgress {
  phase: 'connect' | 'erase' | 'write' | 'read';
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

/** Rates to fall back to, one after the other; the last is the one that the ROM loader is found at. */
const RATES = [921600, 460800, 230400, 115200];
/** USB bridges of development boards all manage this one; a virtual board has no bridge. */
const USUAL_RATE = 460800;
const VIRTUAL_RATE = 921600;

/** From a reset to the firmware's first line; most of it the SDK's start. */
const BANNER_MS = 3000;
/** For a person to press RST. */
const PRESSED_BANNER_MS = 30_000;
const MAX_FAILURES = 5;
const MAX_ENTRIES = 3;
/** 256 KiB to 16 MiB: what the image header can say. */
const FLASH_SIZES = [18, 19, 20, 21, 22, 23, 24].map((power) => 2 ** power);

const slowerThan = (baudRate: number): number | undefined => RATES.find((rate) => rate < baudRate);

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
  #hasConnected = false;
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

  /**
   * The firmware's first line, at the console's rate; undefined when none comes in time, which a first boot that formats
   * its file system may cause.
   */
  async firstLine(): Promise<string | undefined> {
    let text = '';
    return new Promise((resolve) => {
      const finish = (line?: string): void => {
        stop();
        timer.cancel();
        this.#signal?.removeEventListener('abort', giveUp);
        resolve(line);
      };
      const giveUp = (): void => finish();
      const timer = this.clock.after(this.#mode === 'buttons' ? PRESSED_BANNER_MS : BANNER_MS, giveUp);
      this.#signal?.addEventListener('abort', giveUp);
      const stop = this.port.onData((bytes) => {
        text = (text + Buffer.from(bytes).toString('latin1')).slice(-1000);
        const banner = /NodeMCU [^\r\n]*(?=[\r\n])/.exec(text)?.[0];
        if (banner !== undefined) finish(banner);
      });
    });
  }

  progress(phase: FlashProgress['phase'], done: number, total: number): void {
    this.#onProgress({ phase, done, total, baudRate: this.port.baudRate });
  }

  /** Does `work` until it succeeds, each time with a fresh stub at a lower rate; gives up on a board that is gone. */
  async persistently<T>(work: () => Promise<T>): Promise<T> {
    for (let failures = 0; ;) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof UserError || ++failures > MAX_FAILURES) throw error;
        await this.#recover(error);
      }
    }
  }

  async #recover(cause: unknown): Promise<void> {
    const { abortReason } = this.loader.transport;
    if (abortReason) throw abortReason;
    this.#baudRate = slowerThan(this.#baudRate) ?? this.#baudRate;
    this.note(`${cause instanceof Error ? cause.message : String(cause)}; trying again at ${this.#baudRate} baud`);
    await this.#enterStub();
  }

  async #connect(): Promise<ChipInfo> {
    this.progress('connect', 0, 1);
    await this.#enterStub();
    const info = await this.persistently(() => this.loader.info());
    if (!info.chip.startsWith('ESP8'))
      throw new UserError(`the chip is an ${info.chip}`, 'this toolchain is for the ESP8266', ExitCode.noBoard);
    if (!FLASH_SIZES.includes(info.flashSize))
      throw new UserError(
        `the flash chip does not answer (id 0x${info.flashId.toString(16)}); it was not touched`,
        'take away what is connected to GPIO 6 to 11 and to the SD pins, and try again',
        ExitCode.boardFailed,
      );
    this.note(
      `${info.chip}, MAC ${info.mac}, ${info.crystalMHz} MHz crystal, ${info.flashSize / 0x100000} MiB flash, ` +
        `${this.port.baudRate} baud`,
    );
    this.progress('connect', 1, 1);
    return info;
  }

  /** The stub at the rate of the session, or at the first lower one at which it is heard. */
  async #enterStub(): Promise<void> {
    for (;;) {
      await this.#enterLoader();
      if (await this.loader.changeBaud(this.#baudRate)) return;
      const slower = slowerThan(this.#baudRate);
      if (slower === undefined) throw new Error(`the board does not answer at ${this.#baudRate} baud`);
      this.note(`the board is not heard at ${this.#baudRate} baud, trying ${slower}`);
      this.#baudRate = slower;
    }
  }

  /** Something that answers is tried again: what was lost on the way there can be sent anew. */
  async #enterLoader(): Promise<void> {
    for (let attempts = 1; ; attempts++) {
      if (this.#mode === 'buttons') this.note('hold FLASH, press and release RST, then release FLASH');
      try {
        await this.loader.connect(this.#mode);
        this.#hasConnected = true;
        return;
      } catch (error) {
        if (error instanceof LinesRefused && !this.#hasConnected) {
          this.#mode = 'buttons';
          this.note(`this adapter refuses the modem lines (${error.message})`);
        } else if (this.#isHopeless(error) || attempts === MAX_ENTRIES) {
          throw error;
        }
      }
    }
  }

  #isHopeless(error: unknown): boolean {
    return error instanceof LinesRefused || isSilent(error) || this.loader.transport.abortReason !== undefined;
  }

  async #restart(): Promise<void> {
    await this.loader.leave();
    if (this.#mode === 'buttons') this.note('press RST to start the board');
    else await resetByLines(this.port, this.clock);
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
