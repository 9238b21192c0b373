/** Becomes a Lua error at the position of the caller, as luaL_error does, when thrown by a function called from Lua. */
export class LuaError extends Error {
  override readonly name = 'LuaError';
}

/** An unprotected Lua error: on the chip the firmware prints PANIC and loops until the watchdog bites. */
export class LuaPanic extends Error {
  override readonly name = 'LuaPanic';
}

/** Unwinds everything, Lua included; the machine must be discarded afterwards. `cause` of a reset, see reset.ts. */
export class MachineStopped extends Error {
  override readonly name = 'MachineStopped';
  readonly reason: string;

  constructor(reason: string) {
    super(`Lua machine stopped: ${reason}`);
    this.reason = reason;
  }
}

/** What the WASM machine throws when its memory is damaged or its stack has no end; nothing in it can be trusted any more. */
export const isTrap = (thrown: unknown): thrown is Error =>
  thrown instanceof WebAssembly.RuntimeError || (thrown instanceof RangeError && thrown.message.includes('call stack'));
