/** What follows a Lua error in a callback; loaded when there is one. */
import { overlay } from '../runtime.ts';
import { At, type Connection, Phase, type Rarely } from './connection.ts';
import { Count, counters } from './counters.ts';
import { enter, manager } from './manager.ts';

function abandon(this: void, connection: Connection): void {
  overlay<Rarely>(manager.protocol!.rarely).abandon(connection, 'error');
}

/** Prints the error; the connection gets what the protocol has to say, unless an answer has begun. */
export function report(message: string, connection: Connection | undefined): void {
  counters[Count.Errors]!++;
  print(message);
  if (connection === undefined) return;
  connection[At.Keep] = undefined;
  if (connection[At.Phase] === Phase.Sending || !pcall(abandon, connection)[0]) enter(connection, Phase.Lingering);
}
