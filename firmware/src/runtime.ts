/**
 * A module that is needed rarely: loaded, used, and collected when the caller is done with it, unless it `stays` in
 * `package.loaded`. When loading fails for want of memory the next call may succeed: Lua's `require` alone would report
 * a loop for ever.
 */
export function overlay<Module>(name: string, stays?: true): Module {
  const [ok, module] = pcall(require, name);
  if (!ok || stays === undefined) luaPackage.loaded[name] = undefined;
  if (!ok) error(module, 0);
  return module as Module;
}
