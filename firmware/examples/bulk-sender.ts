/**
 * Delayed acknowledgements: port 9001 sends 12 segments one at a time, port 9002 the same bytes with two segments in
 * flight. A peer that acknowledges every second segment at once and a single one after 40 to 500 ms makes the first
 * wait twelve times and the second not at all. The device file `bulk.lua` may return another length and count.
 */
import { join } from '../src/system/station.ts';

interface Plan {
  /** Bytes of one send. */
  length: number;
  /** Number of sends. */
  count: number;
  /** Sends in flight on port 9002. */
  inFlight: number;
}

const plan: Plan = file.exists('bulk.lua') ? (dofile('bulk.lua') as Plan) : { length: 1460, count: 12, inFlight: 2 };
const SEGMENT = string.rep('x', plan.length);

/** Segments still to be sent, by socket. */
const left: LuaTable<net.Socket, number> = new LuaTable();

function sendOne(this: void, socket: net.Socket): void {
  const count = left.get(socket);
  if (count === undefined || count === 0) return;
  // A send of several segments is acknowledged in parts; until it is whole some stacks refuse the next one.
  if (pcall(socket.send, socket, SEGMENT)[0]) left.set(socket, count - 1);
}

function sendTwo(this: void, socket: net.Socket): void {
  const count = left.get(socket);
  if (count === undefined) return;
  for (const sent of $range(0, plan.inFlight - 1)) {
    if (count - sent <= 0 || !pcall(socket.send, socket, SEGMENT)[0]) return;
    left.set(socket, count - sent - 1);
  }
}

function forget(this: void, socket: net.Socket): void {
  left.delete(socket);
}

function serve(port: number, next: (this: void, socket: net.Socket) => void): void {
  net.createServer(30).listen(port, (socket) => {
    left.set(socket, plan.count);
    socket.on('receive', next);
    socket.on('sent', next);
    socket.on('disconnection', forget);
  });
}

join();
serve(9001, sendOne);
serve(9002, sendTwo);
print('bulk: port 9001 one send in flight, port 9002 several');
