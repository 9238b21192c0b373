/** What follows a Lua error in a callback; loaded when there is one. */
import { type Connection, Phase } from './connection.ts';
import { enter, manager } from './manager.ts';

/** Prints the error; the connection gets what the protocol has to say, unless an answer has begun. */
export function report(message: string, connection: Connection | undefined): void {
  print(message);
  if (connection === undefined) return;
  if (connection.phase === Phase.Sending || !pcall(manager.protocol!.abandon, connection, 'error')[0]) {
    enter(connection, Phase.Lingering);
  }
}
