/** Starts the application; loaded at boot and let go. */
import type { LedSettings } from '../led/leds.ts';
import { overlay } from '../runtime.ts';

function ledSettings(): LedSettings[] {
  const [ok, result] = pcall(dofile, 'leds.lua');
  if (ok && type(result) === 'table') return result as LedSettings[];
  return [
    { name: 'D0', pin: 0, activeLow: true },
    { name: 'D4', pin: 4, activeLow: true },
  ];
}

/** Starts everything. */
export function start(): void {
  overlay<typeof import('../led/control.ts')>($module('../led/control.ts')).setUp(ledSettings());
  overlay<typeof import('../net/serve.ts')>($module('../net/serve.ts')).serve(
    80,
    $module('../http/server.ts'),
    'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
  );
  overlay<typeof import('./link.ts')>($module('./link.ts')).connect(tmr.create());
}
