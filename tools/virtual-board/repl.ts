import type { ModuleHost } from './modules/host.ts';
import { GLOBALS_INDEX, type Lua, LuaType, MULTIPLE_RESULTS } from './lua/lua.ts';

/** LUA_MAXINPUT: longest input line, and size of the receive buffer of uart.on. */
export const LINE_LIMIT = 256;

const CR = 13;
const LF = 10;
const BACKSPACE = 8;
const DELETE = 127;

/** Who gets received bytes instead of, or beside, the interpreter (uart.on). */
export interface Receiver {
  deliver(data: string): void;
  /** Bytes per call; 0 = each byte at once; negative = up to `endByte`. */
  length: number;
  endByte: number;
  /** False: the interpreter sees nothing. */
  runInput: boolean;
}

/**
 * The interactive interpreter on UART0 (firmware: app/driver/input.c, app/lua53/lua.c): lines are edited and echoed
 * here, then run one per low-priority task.
 */
export class Repl {
  echo = true;
  receiver: Receiver | undefined;
  readonly #host: ModuleHost;
  #buffer: number[] = [];
  #lastByte = 0;
  #prompt = '> ';
  #lines: string[] = [];
  #taskPosted = false;
  #continued: string | undefined;
  #current = '';

  constructor(host: ModuleHost) {
    this.#host = host;
  }

  /** Bytes from the UART. */
  receive(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.receiver && !this.receiver.runInput) this.#collect(this.receiver, byte);
      else this.#edit(byte);
    }
  }

  #collect(receiver: Receiver, byte: number): void {
    this.#buffer.push(byte);
    const { length } = this.#buffer;
    const isComplete =
      receiver.length === 0 ||
      length >= LINE_LIMIT ||
      (receiver.length > 0 && length >= receiver.length) ||
      (receiver.length < 0 && byte === receiver.endByte);
    if (!isComplete) return;
    receiver.deliver(this.#take());
  }

  #take(): string {
    const text = Buffer.from(this.#buffer).toString('latin1');
    this.#buffer = [];
    return text;
  }

  #edit(byte: number): void {
    const { console } = this.#host;
    if ((byte === CR && this.#lastByte === LF) || (byte === LF && this.#lastByte === CR)) {
      this.#lastByte = 0;
      return;
    }
    if (byte === BACKSPACE || byte === DELETE) {
      if (this.#buffer.pop() !== undefined && this.echo) console.write('\b \b');
      this.#lastByte = 0;
      return;
    }
    this.#lastByte = byte;
    if (byte === CR || byte === LF) this.#endLine();
    else this.#insert(byte);
  }

  #endLine(): void {
    const { console } = this.#host;
    if (this.echo) console.write('\n');
    const line = this.#take();
    this.receiver?.deliver(line);
    if (line === '') console.write(this.#prompt);
    else this.input(`${line}\n`);
  }

  #insert(byte: number): void {
    if (this.echo) this.#host.console.write(String.fromCharCode(byte));
    // A line that is too long is thrown away, as in input.c.
    if (this.#buffer.length + 1 >= LINE_LIMIT) this.#buffer = [];
    this.#buffer.push(byte);
  }

  /** Queues text for the interpreter; it runs when a line is complete (node.input). */
  input(text: string): void {
    const whole = (this.#lines.pop() ?? '') + text;
    this.#lines = whole.split(/(?<=\n)/);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#taskPosted || !this.#lines[0]?.endsWith('\n')) return;
    this.#taskPosted = this.#host.post(0, () => {
      this.#taskPosted = false;
      const line = this.#lines.shift();
      if (line === undefined) return;
      this.#runInsideTwoCalls(line.replace(/\n+$/, ''));
      this.#schedule();
    });
  }

  /** On the chip the pipe's task calls its reader, which calls the chunk; tracebacks end in both. */
  #runInsideTwoCalls(line: string): void {
    const { lua } = this.#host;
    this.#current = line;
    lua.setTop(0);
    lua.pushFunction(this.#task);
    lua.call(0, 0);
  }

  readonly #task = (lua: Lua): number => {
    lua.pushFunction(this.#reader);
    lua.call(0, 0);
    return 0;
  };

  readonly #reader = (): number => {
    this.#runLine(this.#current);
    return 0;
  };

  #runLine(line: string): void {
    const { lua, chunks, console } = this.#host;
    lua.setTop(0);
    const chunk = this.#continued === undefined ? line.replace(/^=/, 'return ') : `${this.#continued}\n${line}`;
    const status = chunks.load(lua, Buffer.from(chunk, 'latin1'), '=stdin');
    if (status !== 0 && lua.toString(-1)?.endsWith("'<eof>'")) {
      this.#continued = chunk;
    } else {
      this.#continued = undefined;
      this.#execute(status);
    }
    lua.setTop(0);
    this.#prompt = this.#readPrompt();
    console.write(this.#prompt);
  }

  #execute(loadStatus: number): void {
    const { lua } = this.#host;
    const status = loadStatus === 0 ? this.callWithTraceback() : loadStatus;
    if (status !== 0 && lua.type(-1) !== LuaType.nil) {
      lua.pushString('Lua error: ');
      lua.insert(-2);
    }
    this.printValues(lua.top());
  }

  /** Calls the function on top of the stack; a failure leaves its traceback there. */
  callWithTraceback(): number {
    const { lua } = this.#host;
    const base = lua.top();
    lua.pushFunction(addTraceback);
    lua.insert(base);
    const status = lua.protectedCall(0, MULTIPLE_RESULTS, base);
    lua.remove(base);
    if (status !== 0) lua.collect();
    return status;
  }

  /** Prints the `count` topmost values with Lua's print. */
  printValues(count: number): void {
    if (count <= 0) return;
    const { lua, console } = this.#host;
    lua.getField(GLOBALS_INDEX, 'print');
    lua.insert(-count - 1);
    if (lua.protectedCall(count, 0) !== 0) console.write(`error calling 'print' (${lua.toString(-1) ?? ''})\n`);
  }

  #readPrompt(): string {
    const { lua } = this.#host;
    const isFirst = this.#continued === undefined;
    lua.getField(GLOBALS_INDEX, isFirst ? '_PROMPT' : '_PROMPT2');
    const prompt = lua.toString(-1) ?? (isFirst ? '> ' : '>> ');
    lua.pop();
    return prompt;
  }
}

/** Message handler: debug.traceback without the two innermost levels. */
export const addTraceback = (lua: Lua): number => {
  const SKIP = 2;
  lua.getField(GLOBALS_INDEX, 'debug');
  lua.getField(-1, 'traceback');
  if (!lua.isFunction(-1)) return 1;
  lua.insert(1);
  lua.pop();
  lua.pushNumber(SKIP);
  lua.call(2, 1);
  return 1;
};
