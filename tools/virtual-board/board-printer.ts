import pc from 'picocolors';
import type { BoardEvent } from './inspect.ts';
import type { BoardReady } from './session.ts';
import { enterCommand } from './wire/namespace.ts';

/** Says what happens on a board: lines for people, or JSON lines for programs. */
export class BoardPrinter {
  readonly #asJson: boolean;
  readonly #print: (line: string) => void;
  #partialLine = '';

  constructor(asJson: boolean, print: (line: string) => void = console.log) {
    this.#asJson = asJson;
    this.#print = print;
  }

  /** `forwardedPort` is where the board is reached from outside its network namespace. */
  ready(ready: BoardReady, forwardedPort?: number): void {
    if (this.#asJson) {
      this.#print(JSON.stringify({ ready: { ...ready, ...(forwardedPort !== undefined && { forwardedPort }) } }));
      return;
    }
    const { profile, seed, netReason, serialPath = 'off', controlPath, host, port, pid } = ready;
    this.#print(`board:   ${profile}, seed ${seed}`);
    this.#print(`net:     ${netReason}`);
    this.#print(`serial:  ${serialPath}`);
    this.#print(`control: ${controlPath}`);
    if (ready.net === 'wire') return;
    if (forwardedPort === undefined) {
      this.#print(`http:    http://${host}:${port}/`);
      return;
    }
    this.#print(`http:    http://127.0.0.1:${forwardedPort}/ (carried over to ${host}:${port} in the namespace)`);
    this.#print(`inside:  ${enterCommand(pid)} curl http://${host}/`);
  }

  event(event: BoardEvent): void {
    if (event.type === 'pcb') return;
    if (this.#asJson) this.#print(JSON.stringify({ event }));
    else if (event.type === 'serial') this.#serial(event.t, event.text);
    else this.#line(event.t, describe(event));
  }

  #serial(t: number, text: string): void {
    const lines = (this.#partialLine + text).split(/\r?\n/);
    this.#partialLine = lines.pop() ?? '';
    for (const line of lines) this.#line(t, `| ${printable(line)}`);
  }

  #line(t: number, text: string): void {
    this.#print(`${pc.dim((t / 1000).toFixed(3).padStart(9))} ${text}`);
  }
}

function describe(event: Exclude<BoardEvent, { type: 'serial' | 'pcb' }>): string {
  switch (event.type) {
    case 'reset':
      return `reset: ${event.cause}`;
    case 'pin':
      return `gpio${event.gpio} = ${event.level}`;
    case 'panic':
      return pc.red(`panic: ${event.message}`);
    case 'wifi':
      return event.connected ? `wi-fi: connected, ${event.ip}` : 'wi-fi: disconnected';
  }
}

/** Noise at a wrong baud rate must not steer the terminal. */
// eslint-disable-next-line no-control-regex
const printable = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\u00b7');
