/** Starts the application; loaded at boot and let go. */
import { onAccept } from '../door.ts';
import type { LedSettings } from '../led/leds.ts';
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

function join(this: void): void {
  overlay<typeof import('./station.ts')>($module('./station.ts')).join();
}

/** As `<hostname>.local`. */
function announce(this: void): void {
  mdns.register(wifi.sta.gethostname(), { service: 'http', port: 80 });
}

function onLinkUp(this: void, ip: string): void {
  if (_G['mdns'] !== undefined) pcall(announce);
  collectgarbage();
  print(`http: listening on ${ip}:80`);
  print(`heap: ${node.heap()} bytes free`);
}

/** Starts everything. */
export function start(): void {
  overlay<typeof import('../led/control.ts')>($module('../led/control.ts')).setUp(ledSettings());
  overlay<typeof import('../net/listen.ts')>($module('../net/listen.ts')).listen(80, onAccept);
  join();
  watch(onLinkUp, join);
}
