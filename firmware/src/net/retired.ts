/**
 * Connections that are over but not forgotten.
 *
 * A connection that the device closed first stays in TIME_WAIT for up to 12.5 s and takes 192 bytes of heap; its socket
 * object must not be collected meanwhile, because the stack still points at it and would take the old connection's FIN
 * for that of a new one. Sockets that the client closed are only at risk when the last ACK is lost, so a few are kept.
 */

const enum Ring {
  /** Seconds that a retired socket is kept: more than 2 MSL as measured, in whole seconds. */
  SECONDS = 14,
  /** Sockets closed by clients that are kept at a time. */
  CLIENT_CLOSED = 16,
}

/** Sockets by the second in which they were retired, modulo `Ring.SECONDS`. */
const seconds: LuaTable<number, net.Socket[]> = new LuaTable();
let lastSecond = 0;
let deviceClosed = 0;
let clientClosed = 0;

/** How many of each second's sockets the device closed first. */
const closes: LuaTable<number, number> = new LuaTable();

function forget(slot: number): void {
  const sockets = seconds.get(slot);
  if (sockets === undefined) return;
  const byDevice = closes.get(slot) ?? 0;
  deviceClosed -= byDevice;
  clientClosed -= sockets.length - byDevice;
  seconds.set(slot, undefined!);
  closes.set(slot, undefined!);
}

/** Lets go of what is old enough. Gives the number of sockets still kept. */
export function expire(): number {
  const now = tmr.time();
  if (now - lastSecond > Ring.SECONDS) lastSecond = now - Ring.SECONDS;
  while (lastSecond < now) {
    lastSecond++;
    forget(lastSecond % Ring.SECONDS);
  }
  return deviceClosed + clientClosed;
}

/** Keeps a socket that is over; its callbacks are let go of at once. */
export function retire(socket: net.Socket, byDevice: boolean): void {
  expire();
  if (!byDevice) {
    if (clientClosed >= Ring.CLIENT_CLOSED) return;
    clientClosed++;
  }
  const slot = lastSecond % Ring.SECONDS;
  let sockets = seconds.get(slot);
  if (sockets === undefined) {
    sockets = [];
    seconds.set(slot, sockets);
  }
  sockets.push(socket);
  if (byDevice) {
    deviceClosed++;
    closes.set(slot, (closes.get(slot) ?? 0) + 1);
  }
}

/** Connections that may be in TIME_WAIT now. */
export function inTimeWait(): number {
  return deviceClosed;
}
