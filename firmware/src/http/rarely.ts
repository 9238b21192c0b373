/** The rarely used part of HTTP for the connection manager. */
import { At, type Connection } from '../net/connection.ts';
import { Count, counters } from '../net/counters.ts';
import { manager } from '../net/manager.ts';
import { overlay } from '../runtime.ts';
import { request } from './request.ts';

/** Answers 408 or 500. */
export function abandon(connection: Connection, why: 'late' | 'error'): void {
  if (why === 'late') request.method = (connection[At.Input] ?? '').match('^%u+')[0] ?? '';
  const { refuse } = overlay<typeof import('./refusal.ts')>($module('./refusal.ts'));
  refuse(connection, why === 'late' ? 408 : 500);
}

/** Milliseconds without a connection after which the server's code is let go; the next one loads it again. */
const REST = 120000;

function unload(): void {
  manager.sweeper?.unregister();
  const { loaded } = luaPackage;
  for (const [name] of pairs(loaded)) {
    if (name === 'server' || name === 'net_manager' || name.find('^http_')[0] !== undefined) loaded[name] = undefined;
  }
  collectgarbage();
}

/** Waits for another connection. */
export function idle(): void {
  const accepted = counters[Count.Accepted];
  manager.rest?.unregister();
  const rest = tmr.create();
  manager.rest = rest;
  rest.alarm(REST, tmr.ALARM_SINGLE, () => {
    if (counters[Count.Accepted] === accepted) unload();
  });
}
