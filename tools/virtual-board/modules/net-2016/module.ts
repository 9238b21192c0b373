import { formatAddress, type Ipv4Address } from '../../tcpip/address.ts';
import { Err } from '../../tcpip/errors.ts';
import type { Listener } from '../../tcpip/pcb.ts';
import { LuaError } from '../../lua/errors.ts';
import { defineType, type LuaModule } from '../../lua/library.ts';
import { NO_REF, type Lua, type UserdataType } from '../../lua/lua.ts';
import { isNumber, setCallback, type NetContext } from '../net/context.ts';
import { dnsFunctions } from '../net/dns-functions.ts';
import { noHandlers, type Handlers } from '../net/objects.ts';
import { Espconn, type EspConnection, type EspconnCallbacks } from './espconn.ts';

/** ESPCONN_TCP and ESPCONN_UDP of espconn.h. */
const TCP = 0x10;
const UDP = 0x20;
/** app/modules/net.c: MAX_SOCKET, the longest send and the longest timeout. */
const MAX_SOCKETS = 5;
const MAX_SEND = 1460;
const MAX_TIMEOUT_S = 28_800;

interface SocketObject {
  self: number;
  connection: EspConnection | undefined;
  readonly handlers: Handlers;
}

interface ServerObject {
  readonly timeout: number;
}

const SOCKET: UserdataType<SocketObject> = { name: 'net.socket', size: 32 };
const SERVER: UserdataType<ServerObject> = { name: 'net.server', size: 32 };

/** NodeMCU's `net` module of August 2016, on espconn. TCP only: that firmware's UDP is not there. */
export function netModule2016(context: NetContext): LuaModule {
  const { host, lua, stack, dns } = context;
  const espconn = new Espconn(stack, host.heap, host.profile.net, (task) => {
    if (!host.post(2, task)) stack.netif.clock.after(0, task);
  });
  const accepted = new Set<SocketObject>();
  let listener: Listener | undefined;
  let onConnection = NO_REF;
  const acceptedCallbacks = callbacks(accept);
  const clientCallbacks = callbacks(connectedTo);

  defineType(lua, SERVER, { listen, close: closeServer });
  defineType(lua, SOCKET, { connect, close, on, send, hold, unhold, getpeer, dns: lookUp }, { finalizer: collect });
  return {
    name: 'net',
    fields: { createServer, createConnection, dns: dnsFunctions(context), TCP, UDP },
  };

  function createServer(state: Lua): number {
    checkType(state);
    const timeout = isNumber(state, 2) ? state.toInteger(2) : 30;
    if (timeout < 1 || timeout > MAX_TIMEOUT_S) throw new LuaError('wrong arg type');
    if (onConnection !== NO_REF) throw new LuaError('only one tcp server allowed');
    state.pushUserdata(SERVER, { timeout });
    return 1;
  }

  function listen(state: Lua): number {
    const server = state.checkUserdata(1, SERVER);
    const port = state.checkInteger(2) & 0xffff;
    const callback = state.isFunction(3) ? 3 : 4;
    if (state.isFunction(callback)) onConnection = setCallback(context, state, callback, onConnection);
    if (listener) return 0;
    const result = espconn.accept(port, server.timeout, acceptedCallbacks);
    if (typeof result === 'object') listener = result;
    return 0;
  }

  function closeServer(state: Lua): number {
    state.checkUserdata(1, SERVER);
    state.unref(onConnection);
    onConnection = NO_REF;
    for (const { connection } of accepted) if (connection) espconn.disconnect(connection);
    return 0;
  }

  function createConnection(state: Lua): number {
    checkType(state);
    state.pushUserdata(SOCKET, { self: NO_REF, connection: undefined, handlers: noHandlers() });
    return 1;
  }

  function connect(state: Lua): number {
    const socket = state.checkUserdata(1, SOCKET);
    const port = state.checkInteger(2) & 0xffff;
    const name = state.checkString(3);
    if (state.isFunction(4)) socket.handlers.connection = setCallback(context, state, 4, socket.handlers.connection);
    state.unref(socket.self);
    state.pushValue(1);
    socket.self = state.ref();
    const open = (address: Ipv4Address | undefined): void => {
      if (address === undefined) {
        forget(socket);
        return;
      }
      socket.connection = espconn.connect(address, port, clientCallbacks);
      if (socket.connection) socket.connection.owner = socket;
    };
    const result = dns.resolve(name, open);
    if (typeof result === 'object') open(result.address);
    return 0;
  }

  function close(state: Lua): number {
    const { connection } = state.checkUserdata(1, SOCKET);
    if (connection) espconn.disconnect(connection);
    return 0;
  }

  function on(state: Lua): number {
    const { handlers } = state.checkUserdata(1, SOCKET);
    const name = state.checkString(2);
    state.checkFunction(3);
    if (!Object.hasOwn(handlers, name)) throw new LuaError('method not supported');
    const key = name as keyof Handlers;
    handlers[key] = setCallback(context, state, 3, handlers[key]);
    return 0;
  }

  /** What a send under way makes of this one is not told to anybody. */
  function send(state: Lua): number {
    const socket = state.checkUserdata(1, SOCKET);
    const data = state.checkBytes(2);
    if (data.length > MAX_SEND) throw new LuaError('need <1460 payload');
    if (state.isFunction(3)) socket.handlers.sent = setCallback(context, state, 3, socket.handlers.sent);
    if (socket.connection) espconn.send(socket.connection, data);
    return 0;
  }

  function hold(state: Lua): number {
    const { connection } = state.checkUserdata(1, SOCKET);
    if (connection) espconn.hold(connection);
    return 0;
  }

  function unhold(state: Lua): number {
    const { connection } = state.checkUserdata(1, SOCKET);
    if (connection) espconn.unhold(connection);
    return 0;
  }

  function getpeer(state: Lua): number {
    const pcb = state.checkUserdata(1, SOCKET).connection?.pcb;
    if (!pcb) return 0;
    state.pushNumber(pcb.remotePort);
    state.pushString(formatAddress(pcb.remoteAddress));
    return 2;
  }

  function lookUp(state: Lua): number {
    const socket = state.checkUserdata(1, SOCKET);
    const name = state.checkString(2);
    if (state.isFunction(3)) socket.handlers.dns = setCallback(context, state, 3, socket.handlers.dns);
    const isKept = socket.self !== NO_REF;
    if (!isKept) {
      state.pushValue(1);
      socket.self = state.ref();
    }
    const found = (address: Ipv4Address | undefined): void => {
      call(socket, socket.handlers.dns, address === undefined ? undefined : formatAddress(address));
      if (!isKept) forget(socket);
    };
    const result = dns.resolve(name, found);
    if (typeof result === 'object') found(result.address);
    else if (result !== Err.inProgress) found(undefined);
    return 0;
  }

  function collect(state: Lua): number {
    const socket = state.checkUserdata(1, SOCKET);
    if (socket.connection) socket.connection.owner = undefined;
    for (const reference of Object.values<number>({ ...socket.handlers })) state.unref(reference);
    return 0;
  }

  function call(socket: SocketObject, handler: number, argument?: string | Uint8Array): void {
    if (handler === NO_REF || socket.self === NO_REF) return;
    lua.pushRef(handler);
    lua.pushRef(socket.self);
    if (typeof argument === 'string') lua.pushString(argument);
    else if (argument) lua.pushBytes(argument);
    lua.call(argument === undefined ? 1 : 2, 0);
  }

  function forget(socket: SocketObject): void {
    const { self } = socket;
    socket.self = NO_REF;
    socket.connection = undefined;
    lua.unref(self);
  }

  function callbacks(connected: (connection: EspConnection) => void): EspconnCallbacks {
    const ownerOf = (connection: EspConnection): SocketObject | undefined =>
      connection.owner as SocketObject | undefined;
    const ended = (connection: EspConnection): void => {
      const socket = ownerOf(connection);
      if (!socket) return;
      call(socket, socket.handlers.disconnection);
      accepted.delete(socket);
      forget(socket);
    };
    return {
      connected,
      received(connection, data) {
        const socket = ownerOf(connection);
        if (socket) call(socket, socket.handlers.receive, data);
      },
      sent(connection) {
        const socket = ownerOf(connection);
        if (socket) call(socket, socket.handlers.sent);
      },
      disconnected: ended,
      reconnected: ended,
    };
  }

  function accept(connection: EspConnection): void {
    if (accepted.size >= MAX_SOCKETS) {
      espconn.disconnect(connection);
      return;
    }
    if (onConnection === NO_REF) return;
    const socket: SocketObject = { self: NO_REF, connection, handlers: noHandlers() };
    lua.pushRef(onConnection);
    lua.pushUserdata(SOCKET, socket);
    lua.pushValue(-1);
    socket.self = lua.ref();
    connection.owner = socket;
    accepted.add(socket);
    lua.call(1, 0);
  }

  function connectedTo(connection: EspConnection): void {
    const socket = connection.owner as SocketObject | undefined;
    if (socket) call(socket, socket.handlers.connection);
  }
}

function checkType(state: Lua): void {
  const type = state.checkInteger(1);
  if (type === UDP) throw new LuaError('net: the virtual board has no UDP of 2016');
  if (type !== TCP) throw new LuaError('wrong arg type');
}
