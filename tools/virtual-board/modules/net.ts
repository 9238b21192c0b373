import { BROADCAST_ADDRESS, formatAddress, parseLooseAddress, type Ipv4Address } from '../tcpip/address.ts';
import { Err } from '../tcpip/errors.ts';
import { closeUdp } from '../tcpip/udp.ts';
import { LuaError } from '../lua/errors.ts';
import { defineType, type LuaModule } from '../lua/library.ts';
import { NO_REF, type Lua } from '../lua/lua.ts';
import {
  check,
  invalidUserData,
  isString,
  keepSelf,
  pushEndpoint,
  releaseSelf,
  setCallback,
  type NetContext,
} from './net/context.ts';
import { dnsFunctions } from './net/dns-functions.ts';
import { createEvents } from './net/events.ts';
import {
  anyObject,
  socketObject,
  TCP_SERVER,
  TCP_SOCKET,
  UDP_SOCKET,
  type ClientObject,
  type Handlers,
} from './net/objects.ts';
import { pingFunction } from './net/ping.ts';
import { createServer, listenTcp } from './net/server.ts';
import { tcpSocketFunctions, tellLookup } from './net/tcp-socket.ts';
import { createUdpObject, listenUdp, sendDatagram } from './net/udp-socket.ts';

/** NodeMCU's `net` module on top of lwIP, as app/modules/net.c of release 3.0.0-release_20240225 has it. */
export function netModule(context: NetContext): LuaModule {
  const { lua, stack, dns } = context;
  const events = createEvents(context);
  const tcp = tcpSocketFunctions(context, events);
  const { connect, hold, unhold, getpeer } = tcp;
  const shared = { on, send, close, dns: lookUp, ttl, getaddr };
  const finalizer = collect;
  defineType(lua, TCP_SERVER, { listen, getaddr, close }, { finalizer });
  defineType(lua, TCP_SOCKET, { connect, hold, unhold, getpeer, ...shared }, { finalizer });
  defineType(lua, UDP_SOCKET, { listen, ...shared }, { finalizer });
  return {
    name: 'net',
    fields: {
      createServer,
      createConnection: tcp.create,
      createUDPSocket: createUdpObject,
      ifinfo,
      multicastJoin: (state) => multicast(state, true),
      multicastLeave: (state) => multicast(state, false),
      ping: pingFunction(context),
      dns: dnsFunctions(context),
      TCP: 1,
      UDP: 2,
    },
  };

  function listen(state: Lua): number {
    const object = anyObject(state);
    if (object.kind === 'tcp') return invalidUserData();
    return object.kind === 'server' ? listenTcp(context, events, state, object) : listenUdp(context, state, object);
  }

  function on(state: Lua): number {
    const { kind, handlers } = socketObject(state);
    const name = state.checkString(2);
    if (!isHandler(name, kind)) throw new LuaError('invalid callback name');
    if (state.isFunction(3)) {
      handlers[name] = setCallback(context, state, 3, handlers[name]);
    } else if (state.type(3) === 0) {
      state.unref(handlers[name]);
      handlers[name] = NO_REF;
    } else {
      throw new LuaError('invalid callback function');
    }
    return 0;
  }

  function send(state: Lua): number {
    const object = socketObject(state);
    return object.kind === 'udp' ? sendDatagram(context, state, object) : sendData(state, object);
  }

  function sendData(state: Lua, socket: ClientObject): number {
    const data = state.checkBytes(2);
    if (data.length === 0) throw new LuaError('no data to send');
    if (state.isFunction(3)) socket.handlers.sent = setCallback(context, state, 3, socket.handlers.sent);
    if (!socket.pcb || socket.self === NO_REF) throw new LuaError('not connected');
    check(stack.write(socket.pcb, data));
    return 0;
  }

  function close(state: Lua): number {
    const object = anyObject(state);
    if (!disconnect(object, true)) throw new LuaError('not connected');
    if (object.kind === 'server' || object.lookups === 0) releaseSelf(state, object);
    return 0;
  }

  /** False when there was nothing to close. `politely`: with a FIN where possible. */
  function disconnect(object: ReturnType<typeof anyObject>, politely: boolean): boolean {
    switch (object.kind) {
      case 'tcp': {
        const { pcb } = object;
        if (!pcb) return false;
        if (!politely || stack.close(pcb) !== Err.ok) {
          pcb.owner = undefined;
          stack.abort(pcb);
        }
        object.pcb = undefined;
        return true;
      }
      case 'server': {
        if (!object.listener) return false;
        stack.stopListening(object.listener);
        object.listener = undefined;
        return true;
      }
      case 'udp': {
        if (!object.socket) return false;
        closeUdp(stack.udp, object.socket);
        object.socket = undefined;
        return true;
      }
    }
  }

  /** __gc of all three types. */
  function collect(state: Lua): number {
    const object = anyObject(state);
    disconnect(object, false);
    const references = object.kind === 'server' ? [object.accept] : Object.values<number>({ ...object.handlers });
    for (const reference of references) state.unref(reference);
    if (references.some((reference) => reference !== NO_REF)) context.registry.finalized();
    releaseSelf(state, object);
    return 0;
  }

  function lookUp(state: Lua): number {
    const socket = socketObject(state);
    const name = state.checkString(2);
    if (state.isFunction(3)) socket.handlers.dns = setCallback(context, state, 3, socket.handlers.dns);
    if (socket.handlers.dns === NO_REF) throw new LuaError('no callback specified');
    socket.lookups++;
    const isKept = keepSelf(context, state, socket);
    const finish = (address: number | undefined): void => {
      if (socket.kind === 'tcp') {
        tcp.lookedUp(socket, address);
        return;
      }
      tellLookup(context, socket, address);
      socket.lookups--;
      if (!socket.socket && socket.lookups === 0) releaseSelf(lua, socket);
    };
    const result = dns.resolve(name, finish);
    if (typeof result === 'object') {
      finish(result.address);
    } else if (result !== Err.inProgress) {
      socket.lookups--;
      if (isKept) releaseSelf(state, socket);
      check(result);
    }
    return 0;
  }

  function ttl(state: Lua): number {
    const object = socketObject(state);
    const target = object.kind === 'tcp' ? object.pcb : object.socket;
    if (!target) throw new LuaError('socket is not open/bound yet');
    const wanted = state.optInteger(2, -1);
    if (wanted !== -1) target.ttl = wanted & 0xff;
    state.pushNumber(wanted === -1 ? target.ttl : wanted);
    return 1;
  }

  function getaddr(state: Lua): number {
    const object = anyObject(state);
    if (object.kind === 'server') return pushEndpoint(state, object.listener);
    if (object.kind === 'udp') return pushEndpoint(state, object.socket);
    const { pcb } = object;
    return pushEndpoint(state, pcb && { port: pcb.localPort, address: pcb.localAddress });
  }

  /** The interface does not matter: there is one. */
  function multicast(state: Lua, join: boolean): number {
    const place = stringArgument(state, 1);
    const isAny = place === '' || place.toLowerCase() === 'any';
    if (!isAny && !isDotted(place)) throw new LuaError('invalid if ip');
    const text = stringArgument(state, 2);
    if (!isDotted(text)) throw new LuaError('invalid multicast ip');
    const group = parseLooseAddress(text) ?? BROADCAST_ADDRESS;
    if (join) stack.udp.groups.add(group);
    else stack.udp.groups.delete(group);
    return 0;
  }

  function ifinfo(state: Lua): number {
    if (state.optInteger(1, 0) !== 0) return 0;
    const { mac, address, netmask, gateway } = stack.netif;
    const { lease } = context.dhcp;
    state.createTable(0, lease ? 5 : 4);
    state.pushBytes(mac);
    state.setField(-2, 'hwaddr');
    setAddresses(state, { ip: address, netmask, gateway });
    if (!lease) return 1;
    state.createTable(0, 3);
    setAddresses(state, { server_ip: lease.server, client_ip: lease.address, ntp_server: lease.ntp });
    state.setField(-2, 'dhcp');
    return 1;
  }
}

/** Fields of the table on top of the stack; those that are 0 are nil. */
function setAddresses(state: Lua, addresses: Readonly<Record<string, Ipv4Address>>): void {
  for (const [name, address] of Object.entries(addresses)) {
    if (address === 0) continue;
    state.pushString(formatAddress(address));
    state.setField(-2, name);
  }
}

const UDP_HANDLERS = ['dns', 'receive', 'sent'];
const TCP_HANDLERS = ['connection', 'disconnection', 'reconnection', ...UDP_HANDLERS];

const isHandler = (name: string, kind: 'tcp' | 'udp'): name is keyof Handlers =>
  (kind === 'tcp' ? TCP_HANDLERS : UDP_HANDLERS).includes(name);

function stringArgument(state: Lua, index: number): string {
  if (!isString(state, index)) throw new LuaError('wrong arg type');
  return state.checkString(index);
}

/** The firmware looks at the length only. */
const isDotted = (text: string): boolean => text.length >= '0.0.0.0'.length && text.length <= '255.255.255.255'.length;
