/**
 * TCP and UDP. All of it shares one heap with Lua: an established connection costs about 460 bytes, every segment in
 * flight 1592 bytes until it is acknowledged, every connection that the device closed first 192 bytes for 12 seconds.
 *
 * An error inside any callback of this module restarts the board, and `node.setonerror` does not see it.
 * @noSelf
 */
declare namespace net {
  /** Names a kind of socket for the firmware before 2017. It is not a timeout: `createServer(TCP)` meant one second. */
  const TCP: TransportProtocol;
  const UDP: TransportProtocol;

  /** Opaque, so that it cannot be taken for a number of seconds. */
  interface TransportProtocol {
    readonly transportProtocol: unique symbol;
  }

  /**
   * Why a connection ended, as `disconnection` and `reconnection` report it: 0 the peer sent FIN, -8 aborted (no answer
   * to retransmissions or keepalive), -9 the peer sent RST, -10 closed, -1 out of memory, -4 no route.
   */
  type CloseReason = number;

  /**
   * A TCP server; at most one may listen on a port.
   * @param timeout seconds of silence after which TCP keepalive looks for a vanished peer (1 to 28800, default 30). A
   *   living peer that says nothing is never dropped: such deadlines are the program's own.
   */
  function createServer(timeout?: number): Server;

  /** A TCP client. Arguments are those of the firmware before 2017 and ignored. */
  function createConnection(): Socket;

  function createUDPSocket(): UdpSocket;

  /** Address data of an interface (default 0, the station), nil when there is none. */
  function ifinfo(index?: number):
    | {
        ip: { ip: string; netmask: string; gateway: string };
        dhcp?: { server_ip: string; client_ip: string; ntp_server?: string };
      }
    | undefined;

  /** Joins a multicast group on the interface with address `own` (empty or `any` for all). */
  function multicastJoin(own: string, group: string): void;
  function multicastLeave(own: string, group: string): void;

  namespace dns {
    /** Sets name server `index`, 0 (default) or 1. */
    function setdnsserver(this: void, address: string, index?: 0 | 1): void;
    function getdnsserver(this: void, index?: 0 | 1): string | undefined;
    /** Looks a name up; `address` is nil when the name is unknown. */
    function resolve(this: void, host: string, found: (this: void, socket: unknown, address?: string) => void): void;
  }

  interface Server {
    /**
     * Listens and calls `accepted` with each new connection. While exactly five connections are established, further
     * SYNs are dropped without an answer.
     * @throws when the port is taken
     */
    listen(port: number, accepted: (this: void, socket: Socket) => void): void;
    listen(port: number, address: string, accepted: (this: void, socket: Socket) => void): void;
    getaddr(): LuaMultiReturn<[port: number, address: string] | [undefined]>;
    /**
     * Stops listening; open connections go on. A handshake that is under way ends in a connection that the client holds
     * for open and that the board never speaks on, unless this same object listens again before it is through.
     */
    close(): void;
  }

  interface Socket {
    /** Data arrived: at most 1460 bytes, cut anywhere. Without a handler data is thrown away. */
    on(event: 'receive', handler: ((this: void, socket: Socket, data: string) => void) | undefined): void;
    /** An ACK covered sent data. It does not say how much. */
    on(event: 'sent', handler: ((this: void, socket: Socket) => void) | undefined): void;
    /** Established (outgoing connections). */
    on(event: 'connection', handler: ((this: void, socket: Socket) => void) | undefined): void;
    /**
     * Over, by the peer or by an error; never after one's own `close`. `close` and `send` raise an error here, and
     * `getpeer` gives nil. With a `reconnection` handler errors go there instead.
     */
    on(
      event: 'disconnection' | 'reconnection',
      handler: ((this: void, socket: Socket, reason: CloseReason) => void) | undefined,
    ): void;
    /** The name was looked up. */
    on(event: 'dns', handler: ((this: void, socket: Socket, address?: string) => void) | undefined): void;

    /**
     * Copies `data` to the send buffer at once; from a net callback it leaves when the callback returns, from a timer
     * or task up to 300 ms later.
     * @param sent sets the `sent` handler. A function made for each connection costs heap and, if it names the socket
     *   from outside, leaks 252 bytes per connection.
     * @throws `out of memory` when more than 2920 bytes or 8 buffers would be unacknowledged or the heap has no room:
     *   nothing was queued then; also for an empty string and when not connected.
     */
    send(data: string, sent?: (this: void, socket: Socket) => void): void;

    /**
     * Closes: FIN after what is queued, and TIME_WAIT for 12 seconds. Inside `receive`, or while held, it sends RST and
     * loses what is queued. No callback follows.
     * @throws when not connected
     */
    close(): void;

    /** Leaves received data in the window, so that the peer has to wait. */
    hold(): void;
    unhold(): void;

    /** Starts a connection. @throws when already connected or without a route */
    connect(port: number, host: string): void;
    dns(host: string, found: (this: void, socket: Socket, address?: string) => void): void;
    /** Sets the time to live of outgoing packets, 0 to 255; gives the value in force. */
    ttl(hops?: number): number;
    /** Nothing after the end of the connection. */
    getpeer(): LuaMultiReturn<[port: number, address: string] | [undefined]>;
    getaddr(): LuaMultiReturn<[port: number, address: string] | [undefined]>;
  }

  interface UdpSocket {
    listen(port?: number, address?: string): void;
    close(): void;
    on(
      event: 'receive',
      handler: ((this: void, socket: UdpSocket, data: string, port: number, address: string) => void) | undefined,
    ): void;
    on(event: 'sent', handler: ((this: void, socket: UdpSocket) => void) | undefined): void;
    on(event: 'dns', handler: ((this: void, socket: UdpSocket, address?: string) => void) | undefined): void;
    /** Sends one datagram. */
    send(port: number, address: string, data: string): void;
    dns(host: string, found: (this: void, socket: UdpSocket, address?: string) => void): void;
    ttl(hops?: number): number;
    getaddr(): LuaMultiReturn<[port: number, address: string] | [undefined]>;
  }
}
