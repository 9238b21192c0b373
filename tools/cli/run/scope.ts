import { Interrupted } from '../exit.ts';

/** What a run has opened, to be closed in reverse order however it ends, Ctrl-C included. */
export class Scope {
  readonly #abort = new AbortController();
  readonly #closers: (() => unknown)[] = [];
  #isClosed = false;
  readonly #interrupt = (): void => this.#abort.abort();

  constructor() {
    process.on('SIGINT', this.#interrupt).on('SIGTERM', this.#interrupt);
  }

  /** Aborted by Ctrl-C or SIGTERM. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Closes at once what only came to be after the scope was closed: a board that was starting at Ctrl-C. */
  onClose(closer: () => unknown): void {
    if (this.#isClosed) closer();
    else this.#closers.push(closer);
  }

  /** Work that Ctrl-C need not wait for: what it uses is closed when the scope is. */
  interruptible<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#interruption()]);
  }

  /** Resolves at Ctrl-C. */
  untilInterrupted(): Promise<void> {
    return new Promise((resolve) => {
      if (this.signal.aborted) resolve();
      else this.signal.addEventListener('abort', () => resolve());
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (let closer = this.#closers.pop(); closer; closer = this.#closers.pop()) await closer();
    process.off('SIGINT', this.#interrupt).off('SIGTERM', this.#interrupt);
  }

  #interruption(): Promise<never> {
    return this.untilInterrupted().then(() => {
      throw new Interrupted();
    });
  }
}
