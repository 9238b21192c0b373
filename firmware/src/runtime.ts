/** Two idioms of lean firmware. */

/** Milliseconds since a value of `tmr.now()`, which wraps every 35.8 minutes. */
export function elapsed(since: number): number {
  return ((tmr.now() - since) % 0x80000000) / 1000;
}

/** A module that is needed rarely: loaded, used, and collected when the caller is done with it. */
export function overlay<Module>(name: string): Module {
  const module = require<Module>(name);
  luaPackage.loaded[name] = undefined;
  return module;
}
