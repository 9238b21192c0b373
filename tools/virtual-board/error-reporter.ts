import type { Clock, Timer } from './clock.ts';
import { GLOBALS_INDEX, type Lua, NO_REF } from './lua/lua.ts';
import { addTraceback } from './repl.ts';

/** DELAY2SEC of app/modules/node.c. */
const RESTART_DELAY_MS = 2000;

export interface ErrorReporterOptions {
  lua: Lua;
  clock: Clock;
  post: (task: () => void) => boolean;
  restart: () => void;
}

/**
 * Errors of timers and tasks: the traceback goes to a follow-up task, which calls node.setonerror's handler, or prints
 * it and restarts the chip two seconds later (firmware: app/lua/lnodemcu.c, app/modules/node.c).
 */
export class ErrorReporter {
  readonly #options: ErrorReporterOptions;
  #handler = NO_REF;
  #restart: Timer | undefined;
  #survived = 0;

  constructor(options: ErrorReporterOptions) {
    this.#options = options;
  }

  /** Sets the function that is told of errors, by reference; NO_REF = print and restart. */
  setHandler(reference: number): void {
    this.#options.lua.unref(this.#handler);
    this.#handler = reference;
  }

  /** Errors that have been caught since boot. */
  get survived(): number {
    return this.#survived;
  }

  close(): void {
    this.#restart?.cancel();
  }

  /** luaL_pcallx */
  readonly call = (args: number, results: number): number => {
    const OUT_OF_MEMORY = 4;
    const { lua } = this.#options;
    const base = lua.top() - args;
    lua.pushFunction(this.#onError);
    lua.insert(base);
    const status = lua.protectedCall(args, results, base);
    lua.remove(base);
    if (status >= OUT_OF_MEMORY) {
      lua.collect();
      lua.pushString('out of memory');
      this.#postReport();
    }
    if (status !== 0) {
      this.#survived++;
      lua.setTop(base - 1);
    }
    return status;
  };

  readonly #onError = (lua: Lua): number => {
    addTraceback(lua);
    lua.pushValue(-1);
    this.#postReport();
    return 1;
  };

  /** Pops the value to report. */
  #postReport(): void {
    const { lua, post } = this.#options;
    const value = lua.ref();
    post(() => {
      if (this.#handler === NO_REF) {
        this.#printAndRestart(value);
        return;
      }
      lua.pushRef(this.#handler);
      lua.pushRef(value);
      lua.unref(value);
      this.call(1, 0);
    });
  }

  #printAndRestart(value: number): void {
    const { lua, clock, restart } = this.#options;
    lua.getField(GLOBALS_INDEX, 'print');
    lua.pushRef(value);
    lua.unref(value);
    if (lua.protectedCall(1, 0) !== 0) lua.pop();
    this.#restart ??= clock.after(RESTART_DELAY_MS, restart);
  }
}
