/** What is served. */

/**
 * Lines of a path, the methods that it takes separated by commas, and the name of the module whose `handle` answers;
 * each begins and ends with a line end. HEAD should be there when GET is. One string takes less heap than a table.
 */
const routes = table.concat([
  '\n/ ,GET,HEAD, ',
  $module('./led/page.ts'),
  '\n/api/leds ,GET,HEAD,POST, ',
  $module('./led/api.ts'),
  '\n/api/status ,GET,HEAD, ',
  $module('./system/status.ts'),
  '\n/api/config ,PUT,POST, ',
  $module('./system/config.ts'),
  '\n/metrics ,GET,HEAD, ',
  $module('./system/metrics.ts'),
  '\n',
]);

/** The methods of a path with a comma before and after each, and the name of the module. Nil for unknown paths. */
export function findRoute(path: string): LuaMultiReturn<(string | undefined)[]> {
  const [, end] = routes.find(`\n${path} `, 1, true);
  return routes.match('^(%S+) (%S+)\n', (end ?? routes.length) + 1);
}
