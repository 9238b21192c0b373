/** What goes wrong with a connection; loaded when it does. */
import { overlay } from '../runtime.ts';
import { At, type Connection, Phase, type Protocol, Tcp } from './connection.ts';
import { answer, enter, Heap, manager } from './manager.ts';
import { Place } from './state.ts';

/** About the bytes of heap that this module takes while it is loaded. */
const enum Own {
  HEAP = 904,
}

function abandon(this: void, connection: Connection, why: 'late' | 'error'): void {
  manager[Place.Speaker] ??= overlay<Protocol>(manager[Place.Protocol]);
  manager[Place.Speaker].abandon(connection, why);
}

/**
 * A phase that took too long. A request gets what the protocol has to say; but true means that others wait for the
 * place, and that the connection is to be closed without a word.
 */
export function late(connection: Connection): boolean {
  const phase = connection[At.Phase];
  if (phase === Phase.Receiving) manager[Place.Late]++;
  if (phase < Phase.Queued && manager[Place.Open] >= Tcp.LIMIT) return true;
  enter(connection, Phase.Lingering);
  if (phase === Phase.Receiving) abandon(connection, 'late');
  return false;
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

/**
 * Shuts the port while there is no memory for more connections, or opens it again: a port where nobody listens refuses a
 * SYN at no cost, at whatever rate they come. That the stack leaves SYNs unanswered at five connections does not hold
 * them back: it does so at exactly five.
 *
 * A server that is closed lets handshakes that are under way come to their end and then never says a word (net.c,
 * `net_accept_cb`), so it listens for an address that nobody can reach instead. The object stays the same, since the
 * stack points at it.
 */
export function admit(): void {
  const server = manager[Place.Server];
  // The firmware before 2017 counts its connections itself.
  if (server === undefined) return;
  const isOpen = manager[Place.Shut] === undefined;
  if (isOpen) {
    // What was let go a moment ago may be all that is missing.
    collectgarbage();
    if (node.heap() >= Heap.SHUT - Own.HEAP) return;
    manager[Place.Busy]++;
    manager[Place.Shut] = server.getaddr()[0];
  }
  const port = manager[Place.Shut]!;
  // Not so when there was no memory to listen the last time.
  if (server.getaddr()[0] !== undefined) server.close();
  server.listen(port, isOpen ? '127.0.0.1' : '0.0.0.0', manager[Place.Listener]!);
  if (!isOpen) manager[Place.Shut] = undefined;
}
