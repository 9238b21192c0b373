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

/** Milliseconds without a connection after which the manager's code is let go, too; the next one loads it again. */
const REST = 120000;

function unload(pattern: string): void {
  const { loaded } = luaPackage;
  for (const [name] of pairs(loaded)) if (name.find(pattern)[0] !== undefined) loaded[name] = undefined;
  collectgarbage();
}

/** Lets go of the parser, and later of the manager. */
export function idle(): void {
  const accepted = counters[Count.Accepted];
  unload('^http_');
  manager.rest?.unregister();
  const rest = tmr.create();
  manager.rest = rest;
  rest.alarm(REST, tmr.ALARM_SINGLE, () => {
    if (counters[Count.Accepted] !== accepted) return;
    manager.sweeper?.unregister();
    unload('^server$');
    unload('^net_manager$');
  });
}
