/** Prepares the connection manager; loaded once and let go. */
import type { Protocol } from './connection.ts';
import { manager, onSweep } from './manager.ts';

/** Milliseconds between looks at the open connections. */
const SWEEP = 50;

/** Makes the manager speak a protocol. Its `onAccept` may be called from now on. */
export function use(protocol: Protocol): void {
  const sweeper = tmr.create();
  sweeper.register(SWEEP, tmr.ALARM_AUTO, onSweep);
  manager.protocol = protocol;
  manager.sweeper = sweeper;
}
