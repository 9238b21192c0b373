/** The LED web server. */
import type { Connection } from './net/connection.ts';
import { listen, route } from './http/server.ts';
import { setUp, type LedSettings } from './led/leds.ts';
import { handle as handlePage } from './led/page.ts';

/** Runs a handler that is needed rarely, and lets go of its code. */
function handleOnce(connection: Connection, name: string): void {
  const module = require<{ handle: (this: void, connection: Connection) => void }>(name);
  luaPackage.loaded[name] = undefined;
  module.handle(connection);
}

function ledSettings(): LedSettings[] {
  const [ok, result] = pcall(dofile, 'leds.lua');
  if (ok && type(result) === 'table') return result as LedSettings[];
  return [
    { name: 'D0', pin: 0, activeLow: true },
    { name: 'D4', pin: 4, activeLow: true },
  ];
}

function announce(this: void, timer: tmr.Timer): void {
  const [ip] = wifi.sta.getip();
  if (ip === undefined) return;
  print(`http: listening on ${ip}:80`);
  timer.unregister();
}

function start(this: void): void {
  setUp(ledSettings());
  require<typeof import('./system/station.ts')>($module('./system/station.ts')).join();
  luaPackage.loaded[$module('./system/station.ts')] = undefined;
  route('/', 'GET, HEAD', handlePage);
  route('/api/leds', 'GET, HEAD, POST', (connection) => handleOnce(connection, $module('./led/api.ts')));
  route('/api/status', 'GET, HEAD', (connection) => handleOnce(connection, $module('./system/status.ts')));
  listen(80);
  tmr.create().alarm(200, tmr.ALARM_AUTO, announce);
  collectgarbage();
  print(`heap: ${node.heap()} bytes free`);
}

node.egc.setmode(node.egc.ON_ALLOC_FAILURE);
require<typeof import('./system/boot.ts')>($module('./system/boot.ts')).guard(start);
luaPackage.loaded[$module('./system/boot.ts')] = undefined;
