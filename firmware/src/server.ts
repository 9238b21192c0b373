/** The web server as a whole: what is on the heap while somebody is connected. */
import type { Connection } from './net/connection.ts';
import { manager, onAccept } from './net/manager.ts';
import { type Handler, handlers, http, methods } from './http/server.ts';
import { handle as handlePage } from './led/page.ts';
import { overlay } from './runtime.ts';

function route(path: string, allow: string, handle: Handler): void {
  handlers[path] = handle;
  methods[path] = allow;
}

/** A handler whose code is on the heap only while it runs. */
function rarely(name: string): Handler {
  return (connection: Connection) => overlay<{ handle: Handler }>(name).handle(connection);
}

/** Lets go of the code; the next connection loads it again. */
function unload(this: void): void {
  manager.sweeper?.unregister();
  const { loaded } = luaPackage;
  for (const [name] of pairs(loaded)) {
    if (name === 'server' || name === 'net_manager' || name.find('^http_')[0] !== undefined) loaded[name] = undefined;
  }
}

route('/', 'GET, HEAD', handlePage);
route('/api/leds', 'GET, HEAD, POST', rarely($module('./led/api.ts')));
route('/api/status', 'GET, HEAD', rarely($module('./system/status.ts')));
route('/api/config', 'PUT, POST', rarely($module('./system/config.ts')));
route('/metrics', 'GET, HEAD', rarely($module('./system/metrics.ts')));
overlay<typeof import('./net/use.ts')>($module('./net/use.ts')).use(http, unload);

export { onAccept };
