/** Puts the application together; loaded at boot and let go. */
import type { Connection } from '../net/connection.ts';
import { type Handler, handlers, http, methods } from '../http/server.ts';
import type { LedSettings } from '../led/leds.ts';
import { handle as handlePage } from '../led/page.ts';
import { overlay } from '../runtime.ts';
import { watch } from './link.ts';

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

function route(path: string, allow: string, handle: Handler): void {
  handlers[path] = handle;
  methods[path] = allow;
}

function join(this: void): void {
  overlay<typeof import('./station.ts')>($module('./station.ts')).join();
}

function onLinkUp(this: void, ip: string): void {
  if (_G['mdns'] !== undefined) pcall(mdns.register, wifi.sta.gethostname(), { service: 'http', port: 80 });
  collectgarbage();
  print(`http: listening on ${ip}:80`);
  print(`heap: ${node.heap()} bytes free`);
}

/** Starts everything. */
export function start(): void {
  overlay<typeof import('../led/control.ts')>($module('../led/control.ts')).setUp(ledSettings());
  route('/', 'GET, HEAD', handlePage);
  route('/api/leds', 'GET, HEAD, POST', rarely($module('../led/api.ts')));
  route('/api/status', 'GET, HEAD', rarely($module('./status.ts')));
  route('/api/config', 'PUT, POST', rarely($module('./config.ts')));
  route('/metrics', 'GET, HEAD', rarely($module('./metrics.ts')));
  overlay<typeof import('../net/serve.ts')>($module('../net/serve.ts')).serve(80, http);
  join();
  watch(onLinkUp, join);
}
