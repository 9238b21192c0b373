import pc from 'picocolors';
import type { Port } from '../serial/port.ts';
import { explainLine } from './boot-causes.ts';
import { LogLines } from './log-lines.ts';
import { RomListener } from './rom-line.ts';

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
  /** Called with every line of the log. */
  onLine?: (line: string) => void;
  now?: () => Date;
}

/** A line that is not complete after this long is a prompt. */
const patienceMs = 150;
/** Resets without a banner in between after which there is probably no firmware. */
const hopelessResets = 3;

/** Shows a port's log until it is stopped or the port closes. */
export class Monitor {
  readonly #output: MonitorOutput;
  readonly #explain: (line: string) => string | undefined;
  readonly #now: () => Date;
  readonly #lines: LogLines;
  readonly #notes: string[] = [];
  #noteTimer: NodeJS.Timeout | undefined;
  #silentResets = 0;
  readonly #onLine: (line: string) => void;
  /** Set while the line carries something else than the application's log. */
  isMuted = false;

  constructor({ output, explain = () => undefined, onLine = () => undefined, now = () => new Date() }: MonitorOptions) {
    this.#onLine = onLine;
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
    const rom = new RomListener();
    return new Promise((resolve) => {
      const stopData = port.onData((bytes) => {
        if (this.isMuted) return;
        const cause = rom.receive(bytes, port.baudRate);
        this.#lines.receive(bytes);
        if (cause !== undefined) this.#noteReset(cause);
      });
      const stopClose = port.onClose((error) => {
        stopData();
        stopClose();
        this.#showNotes();
        resolve(error);
      });
    });
  }

  /** A remark of the monitor itself, on a line of its own: in the middle of a line it waits for its end, briefly. */
  note(text: string): void {
    this.#notes.push(text);
    if (this.#lines.isAtLineStart) this.#showNotes();
    else this.#noteTimer ??= setTimeout(() => this.#showNotes(), patienceMs);
  }

  #noteReset(cause: string): void {
    this.note(cause);
    if (++this.#silentResets === hopelessResets)
      this.note(
        'resets again and again without a word of NodeMCU: if it is not on the board, last-ack flash puts it there',
      );
  }

  #showNotes(): void {
    clearTimeout(this.#noteTimer);
    this.#noteTimer = undefined;
    if (this.#notes.length === 0) return;
    if (!this.#lines.isAtLineStart) this.#output.write?.('\n');
    this.#lines.interrupt();
    for (const text of this.#notes.splice(0)) {
      this.#output.write?.(`${pc.cyan(`--- ${text}`)}\n`);
      this.#output.event?.({ time: this.#now().toISOString(), type: 'note', text });
    }
  }

  #endLine(line: string): void {
    this.#output.write?.('\n');
    if (line !== '') this.#output.event?.({ time: this.#now().toISOString(), type: 'line', text: line });
    this.#onLine(line);
    if (line.startsWith('NodeMCU ')) this.#silentResets = 0;
    for (const words of [explainLine(line), this.#explain(line)]) if (words !== undefined) this.#notes.push(words);
    this.#showNotes();
  }

  #clock(): string {
    const now = this.#now();
    const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');
    return `${pad(now.getHours(), 2)}:${pad(now.getMinutes(), 2)}:${pad(now.getSeconds(), 2)}.${pad(now.getMilliseconds(), 3)}`;
  }
}
