import { Err } from '../../tcpip/errors.ts';
import type { Pcb, TcpEvents } from '../../tcpip/pcb.ts';
import { EgcMode } from '../../lua/lua-heap.ts';
import { NO_REF } from '../../lua/lua.ts';
import { releaseSelf, type NetContext } from './context.ts';
import { noHandlers, TCP_SERVER, TCP_SOCKET, type ClientObject } from './objects.ts';

/**
 * What lwIP's callbacks do in app/modules/net.c. A pcb knows its Lua object by address only; whatever lives there when
 * something happens gets the event (bug B), unless that quirk is off.
 */
export function createEvents(context: NetContext): TcpEvents {
  const { host, lua, stack } = context;
  const { quirks } = host.profile.net;
  const events: TcpEvents = { accepted, connected, received, sent, failed };
  /** lwIP's own callbacks, for a connection whose server was closed before the handshake ended: nobody ever resets it. */
  const unattended: TcpEvents = { ...events, received: swallow, sent: () => Err.ok, failed: () => undefined };
  return events;

  function swallow(pcb: Pcb, chunks: readonly Uint8Array[] | undefined): Err {
    if (!chunks) return stack.close(pcb);
    stack.recved(
      pcb,
      chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    );
    return Err.ok;
  }

  function ownerOf(pcb: Pcb): ClientObject | undefined {
    const object = lua.objectAt(pcb.owner as number, TCP_SOCKET);
    return object && (quirks.staleSocket || object.pcb === pcb || !object.pcb) ? object : undefined;
  }

  /** The answer to an event for an object that was closed: lwIP then does not even acknowledge (bug A). */
  function refuse(): Err {
    return quirks.withheldFinAck ? Err.aborted : Err.ok;
  }

  function accepted(pcb: Pcb): Err {
    const server = lua.objectAt(pcb.owner as number, TCP_SERVER);
    if (!server?.listener || server.self === NO_REF || server.accept === NO_REF) {
      pcb.events = unattended;
      return Err.aborted;
    }
    const socket: ClientObject = {
      kind: 'tcp',
      self: NO_REF,
      pcb,
      lookups: 0,
      port: 0,
      held: false,
      isOrphan: false,
      handlers: noHandlers(),
    };
    lua.pushRef(server.accept);
    pcb.owner = lua.pushUserdata(TCP_SOCKET, socket);
    // The firmware takes index 2 for the new object; what an error left on the stack shifts it (bug D).
    const isShifted = quirks.brokenAfterError && host.survivedErrors() > 0;
    lua.pushValue(isShifted ? -2 : -1);
    socket.self = context.registry.ref();
    socket.isOrphan = isShifted;
    pcb.keepAliveMs = server.timeout * 1000;
    lua.call(1, 0);
    return connected(pcb);
  }

  function connected(pcb: Pcb): Err {
    const socket = lua.objectAt(pcb.owner as number, TCP_SOCKET);
    if (!socket) return Err.aborted;
    if (socket.pcb !== pcb) return socket.pcb ? Err.aborted : Err.ok;
    if (socket.self !== NO_REF) call(socket, socket.handlers.connection);
    return Err.ok;
  }

  function received(pcb: Pcb, chunks: readonly Uint8Array[] | undefined): Err {
    const socket = ownerOf(pcb);
    if (!socket?.pcb || socket.self === NO_REF) return refuse();
    if (!chunks) {
      tellEnd(socket, Err.ok);
      return stack.close(pcb);
    }
    if (socket.handlers.receive !== NO_REF) for (const chunk of chunks) pushAndCall(socket, chunk);
    stack.recved(pcb, socket.held ? 0 : stack.tcp.profile.window);
    return Err.ok;
  }

  /** A handler may remove or replace itself between the chunks of a reassembled segment. */
  function pushAndCall(socket: ClientObject, chunk: Uint8Array): void {
    lua.pushRef(socket.handlers.receive);
    lua.pushRef(socket.self);
    // Nothing refers to an orphan: the collection before the next allocation takes it, and resets its connection.
    if (socket.isOrphan && host.heap.mode === EgcMode.always) lua.collect();
    lua.pushBytes(chunk);
    lua.call(2, 0);
  }

  function sent(pcb: Pcb): Err {
    const socket = ownerOf(pcb);
    if (!socket?.pcb || socket.self === NO_REF) return refuse();
    call(socket, socket.handlers.sent);
    return Err.ok;
  }

  function failed(pcb: Pcb, error: Err): void {
    const socket = ownerOf(pcb);
    if (socket && socket.self !== NO_REF) tellEnd(socket, error);
  }

  function tellEnd(socket: ClientObject, error: Err): void {
    socket.pcb = undefined;
    const { reconnection, disconnection } = socket.handlers;
    const handler = error !== Err.ok && reconnection !== NO_REF ? reconnection : disconnection;
    if (handler !== NO_REF) {
      lua.pushRef(handler);
      lua.pushRef(socket.self);
      lua.pushNumber(error);
      lua.call(2, 0);
    }
    if (socket.lookups === 0) releaseSelf(lua, socket);
  }

  function call(socket: ClientObject, handler: number): void {
    if (handler === NO_REF) return;
    lua.pushRef(handler);
    lua.pushRef(socket.self);
    lua.call(1, 0);
  }
}
