import { formatAddress } from '../../tcpip/address.ts';
import { Err } from '../../tcpip/errors.ts';
import { bindUdp, createUdpSocket, sendUdp, type UdpDatagram } from '../../tcpip/udp.ts';
import { LuaError } from '../../lua/errors.ts';
import { NO_REF, type Lua } from '../../lua/lua.ts';
import { check, checkAddress, keepSelf, readEndpoint, setCallback, type NetContext } from './context.ts';
import { noHandlers, UDP_SOCKET, type UdpObject } from './objects.ts';

export function createUdpObject(lua: Lua): number {
  const handlers = noHandlers();
  lua.pushUserdata(UDP_SOCKET, { kind: 'udp', self: NO_REF, socket: undefined, lookups: 0, handlers });
  return 1;
}

/** socket:listen(port, [address]) */
export function listenUdp(context: NetContext, lua: Lua, object: UdpObject): number {
  if (object.socket) throw new LuaError('already listening');
  const { port, address } = readEndpoint(lua, 2);
  open(context, object, address, port);
  keepSelf(context, lua, object);
  return 0;
}

function open(context: NetContext, object: UdpObject, address: number, port: number): void {
  const { udp } = context.stack;
  const socket = createUdpSocket(udp, (datagram) => {
    receive(context.lua, object, datagram);
  });
  check(bindUdp(udp, socket, address, port));
  object.socket = socket;
}

function receive(lua: Lua, object: UdpObject, datagram: UdpDatagram): void {
  if (!object.socket || object.self === NO_REF || object.handlers.receive === NO_REF) return;
  lua.pushRef(object.handlers.receive);
  lua.pushRef(object.self);
  lua.pushBytes(datagram.data);
  lua.pushNumber(datagram.sourcePort);
  lua.pushString(formatAddress(datagram.source));
  lua.call(4, 0);
}

/** socket:send(port, address, data, [sent]) */
export function sendDatagram(context: NetContext, lua: Lua, object: UdpObject): number {
  const port = lua.checkInteger(2) & 0xffff;
  if (port === 0) throw new LuaError('need port');
  const address = checkAddress(lua.checkString(3));
  const data = lua.checkBytes(4);
  if (data.length === 0) throw new LuaError('no data to send');
  if (lua.isFunction(5)) object.handlers.sent = setCallback(context, lua, 5, object.handlers.sent);
  if (!object.socket) {
    open(context, object, 0, 0);
    keepSelf(context, lua, object);
  }
  if (!object.socket || object.self === NO_REF) throw new LuaError('not connected');
  const { heap } = context.host;
  if (heap.free() < context.host.profile.heap.packetBuffer + data.length) {
    throw new LuaError('cannot allocate message buffer');
  }
  const error: Err = sendUdp(context.stack.udp, object.socket, address, port, data);
  if (object.handlers.sent !== NO_REF) {
    lua.pushRef(object.handlers.sent);
    lua.pushRef(object.self);
    lua.call(1, 0);
  }
  check(error);
  return 0;
}
