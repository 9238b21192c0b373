import type { BuildResult } from '../build/build.ts';
import { BoardError } from '../serial/board-error.ts';
import { UserError } from '../cli/exit.ts';
import { Monitor, type MonitorOptions } from '../monitor/monitor.ts';
import { reopenPort } from '../monitor/reopen.ts';
import type { Port } from '../serial/port.ts';
import { describeUpload } from '../upload/describe.ts';
import { upload, type UploadOptions } from '../upload/upload.ts';

export interface DevOptions extends MonitorOptions {
  port: Port;
  /** Builds the firmware; throws UserError with every problem when it cannot. */
  build: () => Promise<BuildResult>;
  upload: Omit<UploadOptions, 'port' | 'dir'>;
  /** Waits until the port that has disappeared is open again. */
  reopen?: typeof reopenPort;
}

/**
 * The loop of a developer's day: a save builds, uploads what changed, restarts, and the log goes on. A build that fails
 * leaves the running application alone; a pulled cable is waited for, and its board brought up to date.
 */
export class DevLoop {
  readonly #options: DevOptions;
  readonly #monitor: Monitor;
  readonly #stop = new AbortController();
  #port: Port;
  #isBusy = false;
  #pending: string | undefined;
  #updating: Promise<void> = Promise.resolve();

  constructor(options: DevOptions) {
    this.#options = options;
    this.#monitor = new Monitor(options);
    this.#port = options.port;
  }

  /** Shows the log until `close`. */
  async follow(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const error = await this.#monitor.follow(this.#port);
      if (!error) return;
      this.#monitor.note(`${this.#port.path} has disappeared, waiting for it to return`);
      const { reopen = reopenPort } = this.#options;
      const returned = await reopen(this.#port, this.#stop.signal);
      if (!returned) return;
      this.#port = returned;
      void this.update(`${returned.path} is back`);
    }
  }

  /** What is typed, for the board. */
  send(text: string): void {
    if (!this.#monitor.isMuted) this.#port.write(Buffer.from(text)).catch(() => undefined);
  }

  note(text: string): void {
    this.#monitor.note(text);
  }

  /** One round, at once or after the one that is under way. Problems become notes: the next save may mend them. */
  async update(reason: string): Promise<void> {
    this.#pending = reason;
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#updating = this.#rounds();
    await this.#updating;
  }

  /** Ends an upload that is under way in order, then the log. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#updating.catch(() => undefined);
    await this.#port.close();
  }

  async #rounds(): Promise<void> {
    try {
      while (this.#pending !== undefined && !this.#stop.signal.aborted) {
        const why = this.#pending;
        this.#pending = undefined;
        await this.#round(why);
      }
    } finally {
      this.#isBusy = false;
    }
  }

  async #round(reason: string): Promise<void> {
    try {
      const built = await this.#options.build();
      this.#monitor.note(`${reason}: built in ${Math.round(built.durationMs)} ms`);
      await this.#send(built.outDir);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (this.#stop.signal.aborted || (error instanceof BoardError && error.fault === 'disconnected')) return;
      this.#monitor.note(`${error.message}\n    ${error.cure}`);
    }
  }

  async #send(dir: string): Promise<void> {
    const unmute = (): void => {
      this.#monitor.isMuted = false;
    };
    this.#monitor.isMuted = true;
    try {
      const result = await upload({
        ...this.#options.upload,
        port: this.#port,
        dir,
        signal: this.#stop.signal,
        onNote: (note) => this.#monitor.note(note),
        onRestart: unmute,
      });
      this.#monitor.note(describeUpload(result));
    } finally {
      unmute();
    }
  }
}
