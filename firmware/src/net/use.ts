/** Prepares the connection manager; loaded once and let go. */
import { manager } from './manager.ts';
import { Place } from './state.ts';

/**
 * Makes the manager speak a protocol.
 * @param protocol name of a module with the functions of `Protocol`
 * @param refusal the whole answer to a connection that there is no room for
 */
export function use(protocol: string, refusal: string): void {
  manager[Place.Protocol] = protocol;
  manager[Place.Refusal] = refusal;
}
