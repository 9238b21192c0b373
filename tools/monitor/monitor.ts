import pc from 'picocolors';
import type { Port } from '../serial/port.ts';
import { explainLine } from './boot-causes.ts';
import { LogLines } from './log-lines.ts';

/** One thing that a monitor shows: a line of the log, or what it says about the board in words. */
export type MonitorEvent = { time: string; type: 'line'; text: string } | { time: string; type: 'note'; text: string };

/** Where a monitor's output goes. */
export interface MonitorOutput {
  /** Text as it comes, for a person; undefined when nobody looks at half lines. */
  write?: (text: string) => void;
  event?: (event: MonitorEvent) => void;
}

export interface MonitorOptions {
  output: MonitorOutput;
  /** Words about a line, or several lines: tracebacks in terms of TypeScript. */
  explain?: (line: string) => string | undefined;
  now?: () => Date;
}

/** Shows a port's log until it is stopped or the port closes. */
export class Monitor {
  readonly #output: MonitorOutput;
  readonly #explain: (line: string) => string | undefined;
  readonly #now: () => Date;
  readonly #lines: LogLines;

  constructor({ output, explain = () => undefined, now = () => new Date() }: MonitorOptions) {
    this.#output = output;
    this.#explain = explain;
    this.#now = now;
    this.#lines = new LogLines(
      (text, isLineStart) => this.#output.write?.(isLineStart ? `${pc.dim(this.#clock())} ${text}` : text),
      (line) => this.#endLine(line),
    );
  }

  /** Resolves with the reason when the port closes: an error, or undefined when it was closed here. */
  follow(port: Port): Promise<Error | undefined> {
    return new Promise((resolve) => {
      const stopData = port.onData((bytes) => this.#lines.receive(bytes));
      const stopClose = port.onClose((error) => {
        stopData();
        stopClose();
        resolve(error);
      });
    });
  }

  /** A remark of the monitor itself, on a line of its own. */
  note(text: string): void {
    this.#output.write?.(`${this.#lines.isAtLineStart ? '' : '\n'}${pc.cyan(`--- ${text}`)}\n`);
    this.#output.event?.({ time: this.#now().toISOString(), type: 'note', text });
  }

  #endLine(line: string): void {
    this.#output.write?.('\n');
    if (line !== '') this.#output.event?.({ time: this.#now().toISOString(), type: 'line', text: line });
    for (const words of [explainLine(line), this.#explain(line)]) if (words !== undefined) this.note(words);
  }

  #clock(): string {
    const now = this.#now();
    const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');
    return `${pad(now.getHours(), 2)}:${pad(now.getMinutes(), 2)}:${pad(now.getSeconds(), 2)}.${pad(now.getMilliseconds(), 3)}`;
  }
}
