/**
 * A module, loaded at the first call and kept. When loading fails for want of memory the next call may succeed: Lua's
 * `require` alone would report a loop for ever.
 */
export function load<Module>(name: string): Module {
  const [ok, module] = pcall(require, name);
  if (!ok) {
    luaPackage.loaded[name] = undefined;
    error(module, 0);
  }
  return module as Module;
}

/** A module that is needed rarely: loaded, used, and collected when the caller is done with it. */
export function overlay<Module>(name: string): Module {
  const module = load<Module>(name);
  luaPackage.loaded[name] = undefined;
  return module;
}
