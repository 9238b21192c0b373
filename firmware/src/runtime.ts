/** A module that is needed rarely: loaded, used, and collected when the caller is done with it. */
export function overlay<Module>(name: string): Module {
  const module = require<Module>(name);
  luaPackage.loaded[name] = undefined;
  return module;
}
