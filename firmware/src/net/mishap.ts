/** What goes wrong with a connection; loaded when it does. */
import { overlay } from '../runtime.ts';
import { At, type Connection, Phase, type Protocol } from './connection.ts';
import { answer, enter, manager } from './manager.ts';
import { Place } from './state.ts';

function abandon(this: void, connection: Connection, why: 'late' | 'error'): void {
  manager[Place.Speaker] ??= overlay<Protocol>(manager[Place.Protocol]);
  manager[Place.Speaker].abandon(connection, why);
}

/** A request that took too long: the connection gets what the protocol has to say. */
export function late(connection: Connection): void {
  manager[Place.Late]++;
  abandon(connection, 'late');
}

/** Prints the error of a callback; the connection gets what the protocol has to say, unless an answer has begun. */
export function report(message: string, connection: Connection | undefined): void {
  manager[Place.Errors]++;
  print(message);
  if (connection === undefined) return;
  connection[At.Keep] = undefined;
  connection[At.More] = undefined;
  if (connection[At.Phase] === Phase.Sending) enter(connection, Phase.Lingering);
  else if (message.find('not enough memory', 1, true)[0] !== undefined) answer(connection, manager[Place.Refusal]);
  else if (!pcall(abandon, connection, 'error')[0]) enter(connection, Phase.Lingering);
}
