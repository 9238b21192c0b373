import { EventEmitter } from 'node:events';
import type { SerialPortStream } from '@serialport/stream';

/** What a port on Linux or macOS waits with; its flags are libuv's UV_READABLE, UV_WRITABLE and UV_DISCONNECT. */
interface Poller extends EventEmitter {
  poll(events?: number): void;
}

const flags = { readable: 1, writable: 2, disconnect: 4 } as const;

/**
 * Cures a fault of serialport's bindings (13.0.1): asking for one event forgets the others that are waited for. A write
 * into a full buffer then hangs until the board happens to say something, because the next read has taken its place.
 */
export function keepPolling(stream: SerialPortStream): void {
  const poller = pollerOf(stream);
  if (!poller) return;
  const poll = poller.poll.bind(poller);
  poller.poll = (events = 0) => poll(events | waitedFor(poller));
}

function pollerOf(stream: SerialPortStream): Poller | undefined {
  const { port } = stream;
  if (!port || !('poller' in port) || !(port.poller instanceof EventEmitter)) return undefined;
  return port.poller as Poller;
}

const waitedFor = (poller: Poller): number =>
  Object.entries(flags).reduce((events, [name, flag]) => events | (poller.listenerCount(name) > 0 ? flag : 0), 0);
