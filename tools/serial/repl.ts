import { RealClock, type Clock } from '../virtual-board/clock.ts';
import { BoardError } from './board-error.ts';
import { LineWatch } from './line-watch.ts';
import type { Port } from './port.ts';

/** The console's line buffer, LUA_MAXINPUT in NodeMCU's user_config.h; a longer line is cut without a word. */
const maxLineLength = 255;

/** Not at the end only: an application may log right behind it. */
const prompt = /(?:^|\n)> /;
const anyPrompt = /(?:^|\n)>>? /;
/** Ends an open long string or bracket as a syntax error, which returns to the first prompt; harmless on that one. */
const leaveContinuation = ']]=)\n';

/** Makes whatever was typed before it a syntax error, even inside a string. */
const spoilLine = '\\?"?\n';
const echoMs = 1000;
const echoAttempts = 3;

/**
 * NodeMCU's interactive console, one command at a time. Every command prints a marker that its own echo does not
 * contain, so neither the echo nor what an application logs meanwhile is ever taken for the answer.
 */
export class Repl {
  readonly port: Port;
  readonly watch: LineWatch;
  #marker = 0;

  constructor(port: Port, clock: Clock = new RealClock(), signal?: AbortSignal) {
    this.port = port;
    this.watch = new LineWatch(port, clock, signal);
  }

  /** Stops listening; the port stays open. */
  detach(): void {
    this.watch.detach();
  }

  /** True when a prompt answers within `timeoutMs`; leaves a half-typed or unfinished statement behind. */
  async sync(timeoutMs: number): Promise<boolean> {
    this.watch.clear();
    await this.type('\n');
    const seen = await this.#waitFor((text) => anyPrompt.exec(text)?.[0], timeoutMs / 2);
    if (seen?.includes('>>') === true) {
      this.watch.clear();
      await this.type(leaveContinuation);
      await this.#waitFor((text) => prompt.exec(text)?.[0], timeoutMs / 2);
    }
    return (await this.#answer('', '1', timeoutMs / 2))?.text === '1';
  }

  /**
   * Runs `statements` and returns the text of `result`, a Lua expression list, its values separated by tabs.
   * @throws BoardError when the board resets, goes silent or disconnects; LuaError when the statements raise.
   */
  async run(statements: string, result = '1', timeoutMs = 5000): Promise<string> {
    return answered(await this.#answer(statements, result, timeoutMs), timeoutMs);
  }

  /**
   * As `run`, for statements that must not be misread: they are executed only after the board's echo has shown that
   * every character arrived as it was typed.
   */
  async runChecked(statements: string, timeoutMs = 5000): Promise<void> {
    for (let attempt = 1; attempt <= echoAttempts; attempt++) {
      this.watch.clear();
      await this.type(statements);
      if (await this.#waitFor((text) => text.includes(statements) || undefined, echoMs)) {
        answered(await this.#answer('', '1', timeoutMs), timeoutMs);
        return;
      }
      await this.type(spoilLine);
      await this.sync(1000);
    }
    throw new BoardError('corrupt', 'what is typed does not arrive on the board as it is');
  }

  async #answer(statements: string, result: string, timeoutMs: number): Promise<Answer | undefined> {
    const id = String((this.#marker = (this.#marker % 99) + 1));
    const line = `${statements} print("~".."${id}~",${result})`;
    if (line.length > maxLineLength)
      throw new RangeError(`a console line of ${line.length} characters does not fit the board's buffer`);
    this.watch.clear();
    await this.type(`${line}\n`);
    const marked = new RegExp(`~${id}~\\t([^\\r\\n]*)\\r?\\n`);
    return this.#waitFor((text) => {
      const found = marked.exec(text);
      if (found && prompt.test(text.slice(found.index))) return { text: found[1] ?? '' };
      return luaErrorIn(text);
    }, timeoutMs);
  }

  async setBaudRate(baudRate: number): Promise<void> {
    await this.watch.guard(this.port.setBaudRate(baudRate));
  }

  /** Sends text as it is, without waiting for anything. */
  async type(text: string): Promise<void> {
    await this.send(Buffer.from(text, 'latin1'));
  }

  /** As `type`, for bytes. @throws BoardError `silent` when they do not leave the host. */
  async send(bytes: Uint8Array): Promise<void> {
    const written = this.port.write(bytes).catch((error: unknown) => {
      throw error instanceof BoardError ? error : new BoardError('silent', messageOf(error));
    });
    await this.watch.guard(written);
  }

  /** Undefined after `timeoutMs`; rejects when the board resets or the port goes. */
  #waitFor<T>(find: (text: string) => T | undefined, timeoutMs: number): Promise<T | undefined> {
    return this.watch.until(find, timeoutMs);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function answered(answer: Answer | undefined, timeoutMs: number): string {
  if (!answer) throw new BoardError('silent', `the board gave no answer within ${timeoutMs / 1000} s`);
  if (answer.error !== undefined) throw new LuaError(answer.error);
  return answer.text;
}

interface Answer {
  text: string;
  error?: string;
}

/** A Lua error on the board, with the message as Lua printed it. */
class LuaError extends BoardError {
  constructor(message: string) {
    super(/not enough memory/.test(message) ? 'memory' : 'prompt', `the board's Lua says: ${message}`);
  }
}

/** The console prints an error of the line it ran as `stdin:1: ...`, in 3.x with `Lua error: ` before it. */
function luaErrorIn(text: string): Answer | undefined {
  const found = /\n(?:Lua error:\s*)?((?:stdin|\[string "stdin"\]):\d+: [^\r\n]*|not enough memory)[^]*?\n> /.exec(
    text,
  );
  return found ? { text: '', error: found[1] ?? '' } : undefined;
}
