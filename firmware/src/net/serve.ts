/** Starts a server on the connection manager; loaded once and let go. */
import { manager } from './manager.ts';
import { Place } from './state.ts';

/** Seconds until TCP keepalive looks for a vanished client. */
const KEEPALIVE = 20;

/** The firmware before 2017 took the kind of server first. */
type OldCreateServer = (this: void, kind: net.TransportProtocol, timeout: number) => net.Server;

/**
 * Opens a TCP port.
 * @param protocol name of a module with the functions of `Protocol`
 * @param refusal the whole answer to a connection that there is no room for
 */
export function serve(port: number, protocol: string, refusal: string): void {
  manager[Place.Protocol] = protocol;
  manager[Place.Refusal] = refusal;
  const isEspconn = (net.createUDPSocket as unknown) === undefined;
  const server = isEspconn
    ? (net.createServer as unknown as OldCreateServer)(net.TCP, KEEPALIVE)
    : net.createServer(KEEPALIVE);
  if (!isEspconn) manager[Place.Server] = server;
  server.listen(port, manager[Place.Listener]!);
}
