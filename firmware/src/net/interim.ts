/** Text on a connection before its answer; loaded when needed. */
import { At, type Connection } from './connection.ts';

/** Sends something that is not yet the answer. Nothing happens when there is no room: the client goes on anyway. */
export function interject(connection: Connection, text: string): void {
  pcall(connection[At.Socket].send, connection[At.Socket], text);
}
