/** Opens a port; loaded at boot and let go. */

/** Seconds until TCP keepalive looks for a vanished client. */
const KEEPALIVE = 20;

/** The firmware before 2017 took the kind of server first. */
type OldCreateServer = (this: void, kind: net.TransportProtocol, timeout: number) => net.Server;

/** Calls `accepted` with every new connection on a TCP port. */
export function listen(port: number, accepted: (this: void, socket: net.Socket) => void): void {
  const isEspconn = (net.createUDPSocket as unknown) === undefined;
  const server = isEspconn
    ? (net.createServer as unknown as OldCreateServer)(net.TCP, KEEPALIVE)
    : net.createServer(KEEPALIVE);
  server.listen(port, accepted);
}
