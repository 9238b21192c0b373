/** Starts the connection manager; loaded at boot and let go. */
import type { Protocol } from './connection.ts';
import { manager, onAccept, onSweep } from './manager.ts';

/** Milliseconds between looks at the open connections. */
const SWEEP = 50;
/** Seconds until TCP keepalive looks for a vanished client. */
const KEEPALIVE = 20;

/** The firmware before 2017 took the kind of server first. */
type OldCreateServer = (this: void, kind: net.TransportProtocol, timeout: number) => net.Server;

/** Serves a protocol on a TCP port from now on. Call it once. */
export function serve(port: number, protocol: Protocol): void {
  const sweeper = tmr.create();
  sweeper.register(SWEEP, tmr.ALARM_AUTO, onSweep);
  manager.protocol = protocol;
  manager.sweeper = sweeper;
  const isEspconn = (net.createUDPSocket as unknown) === undefined;
  const server = isEspconn
    ? (net.createServer as unknown as OldCreateServer)(net.TCP, KEEPALIVE)
    : net.createServer(KEEPALIVE);
  server.listen(port, onAccept);
}
