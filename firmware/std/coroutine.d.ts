/**
 * Coroutines cost about 1 kB of heap each.
 * @noSelf
 */
declare namespace coroutine {
  function create(f: (this: void, ...args: never[]) => unknown): LuaThread;
  function resume(
    thread: LuaThread,
    ...values: unknown[]
  ): LuaMultiReturn<[ok: true, ...values: unknown[]] | [ok: false, message: string]>;
  function running(): LuaThread | undefined;
  function status(thread: LuaThread): 'running' | 'suspended' | 'normal' | 'dead';
  function wrap(f: (this: void, ...args: never[]) => unknown): (this: void, ...values: unknown[]) => unknown;
  function yield(...values: unknown[]): LuaMultiReturn<unknown[]>;
}
