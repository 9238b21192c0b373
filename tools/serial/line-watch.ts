import type { Clock } from '../virtual-board/clock.ts';
import { Interrupted, type UserError } from '../cli/exit.ts';
import { BoardError } from './board-error.ts';
import type { Port } from './port.ts';

/** More than any answer, little enough to search at every byte. */
const keptCharacters = 16384;
/** What NodeMCU prints first at every boot (app_main's banner, `NODE_VERSION`). */
const banner = /(?:^|\n)NodeMCU \d+\.\d+/;
/** What it prints before that when it has to make a file system first (app_main's `nodemcu_init`). */
const formatting = /ormatting file system/;

/**
 * Listens to a port: keeps the latest text, and ends whatever waits when the board resets, the port goes, or `signal`
 * says that the user has had enough.
 */
export class LineWatch {
  readonly #clock: Clock;
  readonly #stopListening: (() => void)[];
  readonly #waiting = new Set<{ look: () => void; fail: (error: Error) => void }>();
  #text = '';
  /** The last characters, kept over `clear`, in which a banner may have begun. */
  #tail = '';
  #fault: UserError | undefined;
  #isResetExpected = false;
  #hasSeenBoot = false;
  #hasSeenFormatting = false;
  #bytesReceived = 0;

  constructor(port: Port, clock: Clock, signal?: AbortSignal) {
    this.#clock = clock;
    const interrupt = (): void =>
      this.#fail(new Interrupted('run it again: what is on the board is whole, old or new'));
    if (signal?.aborted) interrupt();
    signal?.addEventListener('abort', interrupt);
    this.#stopListening = [
      () => signal?.removeEventListener('abort', interrupt),
      port.onData((bytes) => this.#receive(Buffer.from(bytes).toString('latin1'))),
      port.onClose(() => this.#fail(new BoardError('disconnected', `${port.path} has disappeared`))),
    ];
  }

  /** Since this watch began. */
  get bytesReceived(): number {
    return this.#bytesReceived;
  }

  /** True when the board has booted since this watch began, wanted or not. */
  get hasSeenBoot(): boolean {
    return this.#hasSeenBoot;
  }

  /** True when the board has said that it makes a file system. */
  get hasSeenFormatting(): boolean {
    return this.#hasSeenFormatting;
  }

  /** What has come since `clear`, as Latin-1, at most the last 16384 characters. */
  get text(): string {
    return this.#text;
  }

  clear(): void {
    this.#text = '';
  }

  detach(): void {
    for (const stop of this.#stopListening) stop();
  }

  /** From now on a reset is wanted (or, with false, ends whatever waits). Forgets a reset that was seen. */
  expectReset(isExpected: boolean): void {
    this.#isResetExpected = isExpected;
    this.#tail = '';
    if (this.#fault instanceof BoardError && this.#fault.fault === 'reset') this.#fault = undefined;
  }

  /** Forgets an interruption, for what has to be put in order after it. */
  forgetInterruption(): void {
    if (this.#fault instanceof Interrupted) this.#fault = undefined;
  }

  /** The first defined result of `find` over the text; undefined after `timeoutMs`. Rejects on reset or disconnection. */
  until<T>(find: (text: string) => T | undefined, timeoutMs: number): Promise<T | undefined> {
    return this.#wait((settle: (found: T | undefined) => void) => {
      const timer = this.#clock.after(timeoutMs, () => settle(undefined));
      const look = (): void => {
        const found = find(this.#text);
        if (found !== undefined) settle(found);
      };
      return { look, cancel: () => timer.cancel() };
    });
  }

  /** The outcome of `work`, unless the board resets or goes first. */
  guard<T>(work: Promise<T>): Promise<T> {
    return this.#wait((settle: (value: T) => void, fail) => {
      work.then(settle, fail);
      return { look: () => undefined, cancel: () => undefined };
    });
  }

  #wait<T>(
    start: (settle: (value: T) => void, fail: (error: Error) => void) => { look: () => void; cancel: () => void },
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        this.#waiting.delete(waiter);
        cancel();
      };
      const fail = (error: Error): void => {
        finish();
        reject(error);
      };
      const { look, cancel } = start((value) => {
        finish();
        resolve(value);
      }, fail);
      const waiter = { look, fail };
      this.#waiting.add(waiter);
      if (this.#fault) fail(this.#fault);
      else look();
    });
  }

  #receive(text: string): void {
    this.#bytesReceived += text.length;
    this.#text = (this.#text + text).slice(-keptCharacters);
    this.#tail = (this.#tail + text).slice(-80 - text.length);
    if (formatting.test(this.#tail)) this.#hasSeenFormatting = true;
    if (banner.test(this.#tail)) {
      this.#hasSeenBoot = true;
      if (!this.#isResetExpected) this.#fail(new BoardError('reset', 'the board has reset by itself'));
    }
    this.#tail = this.#tail.slice(-80);
    for (const { look } of [...this.#waiting]) look();
  }

  #fail(error: UserError): void {
    this.#fault = error;
    for (const { fail } of [...this.#waiting]) fail(error);
  }
}
