import type { Listener, Pcb } from '../../tcpip/pcb.ts';
import type { UdpSocket } from '../../tcpip/udp.ts';
import { LuaError } from '../../lua/errors.ts';
import { LuaType, NO_REF, type Lua, type UserdataType } from '../../lua/lua.ts';

/** Registry references of a connection's handlers, by the name that `on` takes. */
export interface Handlers {
  connection: number;
  disconnection: number;
  reconnection: number;
  dns: number;
  receive: number;
  sent: number;
}

/** `self`: registry reference that keeps the Lua object alive, or NO_REF. */
export interface ClientObject {
  readonly kind: 'tcp';
  self: number;
  pcb: Pcb | undefined;
  /** Name lookups under way. */
  lookups: number;
  /** Port that a lookup under way is for. */
  port: number;
  held: boolean;
  /** `self` keeps something else alive (bug D). */
  isOrphan: boolean;
  readonly handlers: Handlers;
}

export interface ServerObject {
  readonly kind: 'server';
  self: number;
  listener: Listener | undefined;
  accept: number;
  /** Seconds, what createServer was given first. */
  readonly timeout: number;
}

export interface UdpObject {
  readonly kind: 'udp';
  self: number;
  socket: UdpSocket | undefined;
  lookups: number;
  readonly handlers: Handlers;
}

/** Size of lnet_userdata on the chip (heap.json: "userdata of a socket (44 bytes payload)"). */
const SIZE = 44;
export const TCP_SERVER: UserdataType<ServerObject> = { name: 'net.tcpserver', size: SIZE };
export const TCP_SOCKET: UserdataType<ClientObject> = { name: 'net.tcpsocket', size: SIZE };
export const UDP_SOCKET: UserdataType<UdpObject> = { name: 'net.udpsocket', size: SIZE };

export const noHandlers = (): Handlers => ({
  connection: NO_REF,
  disconnection: NO_REF,
  reconnection: NO_REF,
  dns: NO_REF,
  receive: NO_REF,
  sent: NO_REF,
});

/** The object a method was called on, of any of the module's types. */
export function anyObject(lua: Lua): ClientObject | ServerObject | UdpObject {
  if (lua.type(1) === LuaType.userdata) {
    const object = lua.toUserdata(1, TCP_SOCKET) ?? lua.toUserdata(1, TCP_SERVER) ?? lua.toUserdata(1, UDP_SOCKET);
    if (object) return object;
  }
  throw new LuaError('invalid user data');
}

export function tcpObject(lua: Lua): ClientObject {
  const object = anyObject(lua);
  if (object.kind !== 'tcp') throw new LuaError('invalid user data');
  return object;
}

export function socketObject(lua: Lua): ClientObject | UdpObject {
  const object = anyObject(lua);
  if (object.kind === 'server') throw new LuaError('invalid user data');
  return object;
}
