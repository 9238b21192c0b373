import { formatAddress, type Ipv4Address } from '../../tcpip/address.ts';
import { Err } from '../../tcpip/errors.ts';
import type { TcpEvents } from '../../tcpip/pcb.ts';
import { LuaError } from '../../lua/errors.ts';
import { NO_REF, type Lua, type LuaFunction } from '../../lua/lua.ts';
import { check, isString, keepSelf, pushEndpoint, releaseSelf, setCallback, type NetContext } from './context.ts';
import { noHandlers, tcpObject, TCP_SOCKET, type ClientObject } from './objects.ts';

/** Methods that only TCP connections have, and net.createConnection. */
export interface TcpSocketFunctions {
  readonly create: LuaFunction;
  readonly connect: LuaFunction;
  readonly hold: LuaFunction;
  readonly unhold: LuaFunction;
  readonly getpeer: LuaFunction;
  /** A lookup for `connect` has ended; undefined = no such name. */
  lookedUp(socket: ClientObject, address: Ipv4Address | undefined): void;
}

/** lwIP's IPADDR_NONE: what a failed lookup connects to. */
const NO_ADDRESS: Ipv4Address = -1;

export function tcpSocketFunctions(context: NetContext, events: TcpEvents): TcpSocketFunctions {
  const { stack, dns } = context;
  const { window } = stack.tcp.profile;
  return { create, connect, hold, unhold, getpeer, lookedUp };

  function create(lua: Lua): number {
    const handlers = noHandlers();
    const none = { pcb: undefined, lookups: 0, port: 0, held: false, isOrphan: false };
    lua.pushUserdata(TCP_SOCKET, { kind: 'tcp', self: NO_REF, ...none, handlers });
    return 1;
  }

  function connect(lua: Lua): number {
    const socket = tcpObject(lua);
    if (socket.pcb) throw new LuaError('already connected');
    const port = lua.checkInteger(2) & 0xffff;
    if (port === 0) throw new LuaError('specify port');
    const name = isString(lua, 3) ? lua.checkString(3) : '127.0.0.1';
    if (lua.top() > 3) {
      if (!lua.isFunction(4)) lua.argError(4, 'not a function');
      socket.handlers.connection = setCallback(context, lua, 4, socket.handlers.connection);
    }
    const pcb = stack.createPcb(events);
    if (!pcb) throw new LuaError('cannot allocate PCB');
    pcb.owner = lua.exports.lua_touserdata(lua.L, 1);
    pcb.remotePort = port;
    socket.pcb = pcb;
    socket.port = port;
    socket.lookups++;
    const isKept = keepSelf(context, lua, socket);
    const result = dns.resolve(name, (address) => {
      lookedUp(socket, address);
    });
    if (typeof result !== 'object') {
      if (result !== Err.inProgress) abandon(lua, socket, isKept, result);
    } else {
      lookedUp(socket, result.address);
    }
    return 0;
  }

  function abandon(lua: Lua, socket: ClientObject, isKept: boolean, error: Err): void {
    socket.lookups--;
    if (isKept) releaseSelf(lua, socket);
    if (socket.pcb) stack.abort(socket.pcb);
    socket.pcb = undefined;
    check(error);
  }

  function lookedUp(socket: ClientObject, address: Ipv4Address | undefined): void {
    const { lua } = context;
    tellLookup(context, socket, address);
    socket.lookups--;
    const { pcb } = socket;
    if (pcb) stack.connect(pcb, address ?? NO_ADDRESS, socket.port);
    else if (socket.lookups === 0) releaseSelf(lua, socket);
  }

  function hold(lua: Lua): number {
    const socket = tcpObject(lua);
    if (socket.pcb) socket.held = true;
    return 0;
  }

  function unhold(lua: Lua): number {
    const socket = tcpObject(lua);
    if (!socket.held || !socket.pcb) return 0;
    socket.held = false;
    socket.pcb.ackNow = true;
    stack.recved(socket.pcb, window);
    return 0;
  }

  function getpeer(lua: Lua): number {
    const { pcb } = tcpObject(lua);
    return pushEndpoint(lua, pcb && { port: pcb.remotePort, address: pcb.remoteAddress });
  }
}

/** Calls the `dns` handler of a socket; nil for an unknown name. */
export function tellLookup(
  { lua }: NetContext,
  socket: { self: number; handlers: { dns: number } },
  address: Ipv4Address | undefined,
): void {
  if (socket.self === NO_REF || socket.handlers.dns === NO_REF) return;
  lua.pushRef(socket.handlers.dns);
  lua.pushRef(socket.self);
  if (address === undefined || address === NO_ADDRESS) lua.pushNil();
  else lua.pushString(formatAddress(address));
  lua.call(2, 0);
}
