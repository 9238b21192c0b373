/**
 * A module that is needed rarely: loaded, used, and collected when the caller is done with it. When loading fails for want
 * of memory the next call may succeed: Lua's `require` alone would report a loop for ever.
 */
export function overlay<Module>(name: string): Module {
  const [ok, module] = pcall(require, name);
  luaPackage.loaded[name] = undefined;
  if (!ok) error(module, 0);
  return module as Module;
}
