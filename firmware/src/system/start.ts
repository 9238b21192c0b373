/** Puts the application together; loaded at boot and let go. */
import type { Connection } from '../net/connection.ts';
import { type Handler, listen, route } from '../http/server.ts';
import type { LedSettings } from '../led/leds.ts';
import { setUp } from '../led/control.ts';
import { handle as handlePage } from '../led/page.ts';
import { overlay } from '../runtime.ts';
import { join } from './station.ts';

function ledSettings(): LedSettings[] {
  const [ok, result] = pcall(dofile, 'leds.lua');
  if (ok && type(result) === 'table') return result as LedSettings[];
  return [
    { name: 'D0', pin: 0, activeLow: true },
    { name: 'D4', pin: 4, activeLow: true },
  ];
}

/** A handler whose code is on the heap only while it runs. */
function rarely(name: string): Handler {
  return (connection: Connection) => overlay<{ handle: Handler }>(name).handle(connection);
}

/** Starts everything. */
export function start(): void {
  setUp(ledSettings());
  luaPackage.loaded[$module('../led/control.ts')] = undefined;
  join();
  luaPackage.loaded[$module('./station.ts')] = undefined;
  route('/', 'GET, HEAD', handlePage);
  route('/api/leds', 'GET, HEAD, POST', rarely($module('../led/api.ts')));
  route('/api/status', 'GET, HEAD', rarely($module('./status.ts')));
  listen(80);
  tmr.create().alarm(200, tmr.ALARM_AUTO, (timer) => {
    const [ip] = wifi.sta.getip();
    if (ip === undefined) return;
    timer.unregister();
    collectgarbage();
    print(`http: listening on ${ip}:80, ${node.heap()} bytes free`);
  });
}
