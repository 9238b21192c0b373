import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ExitCode, UserError } from '../exit.ts';
import { explainLine } from '../../monitor/boot-causes.ts';
import { LogLines } from '../../monitor/log-lines.ts';
import { parseServing, type Serving } from '../../monitor/serving.ts';
import type { Port } from '../../serial/port.ts';

/** A board's serial log, kept in a file from the first byte and shown while somebody wants to see it. */
export class BoardLog {
  readonly path: string;
  readonly #lines: LogLines;
  readonly #watchers = new Set<(line: string) => void>();
  #lastLines: string[] = [];

  constructor(file: string) {
    this.path = file;
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '');
    this.#lines = new LogLines(
      () => undefined,
      (line) => this.#line(line),
    );
  }

  /** Listens to a port until it closes. */
  follow(port: Port): void {
    port.onData((bytes) => this.#lines.receive(bytes));
  }

  /** Calls `receiver` with every complete line; returns the function that stops it. */
  watch(receiver: (line: string) => void): () => void {
    this.#watchers.add(receiver);
    return () => this.#watchers.delete(receiver);
  }

  /**
   * Resolves when the firmware says that it serves.
   * @throws UserError with the last lines of the log when it has not within `timeoutMs`.
   */
  waitUntilServing(timeoutMs: number, signal: AbortSignal): Promise<Serving> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        stop();
        signal.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        finish();
        reject(new UserError('interrupted', 'run it again', ExitCode.interrupted));
      };
      const timer = setTimeout(() => {
        finish();
        reject(this.#notServing(timeoutMs));
      }, timeoutMs);
      const stop = this.watch((line) => {
        const serving = parseServing(line);
        if (!serving) return;
        finish();
        resolve(serving);
      });
      signal.addEventListener('abort', abort);
    });
  }

  #line(line: string): void {
    if (line === '') return;
    const words = explainLine(line);
    const text = words === undefined ? line : `${line}   (${words})`;
    appendFileSync(this.path, `${new Date().toISOString()} ${text}\n`);
    this.#lastLines = [...this.#lastLines, line].slice(-8);
    for (const watcher of this.#watchers) watcher(line);
  }

  #notServing(timeoutMs: number): UserError {
    const said =
      this.#lastLines.length === 0 ? 'It said nothing.' : `Its last lines:\n  ${this.#lastLines.join('\n  ')}`;
    return new UserError(
      `the board did not serve within ${timeoutMs / 1000} s. ${said}`,
      'check the Wi-Fi name and password (firmware/wifi.local.json or --ssid and --password), then `last-ack monitor`',
      ExitCode.timeout,
    );
  }
}
