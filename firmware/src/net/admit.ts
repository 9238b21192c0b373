/** Who comes in when memory is short; loaded when it is, and small since then. */
import { manager } from './manager.ts';
import { Place } from './state.ts';

/**
 * Shuts the port while there is no memory for more connections, or opens it again: a closed port refuses a SYN at no
 * cost, at whatever rate they come. That the stack leaves SYNs unanswered at five connections does not hold them back:
 * it does so at exactly five. The object stays the same, since the stack points at it until the last handshake is over.
 */
export function admit(): void {
  const server = manager[Place.Server]!;
  const port = manager[Place.Shut];
  if (port === undefined) {
    manager[Place.Busy]++;
    manager[Place.Shut] = server.getaddr()[0];
    server.close();
  } else {
    server.listen(port, manager[Place.Listener]!);
    manager[Place.Shut] = undefined;
  }
}
