/**
 * The answer to the Nut/OS question: memory for TIME_WAIT is a budget, and a connection is opened only when it is in
 * it. The rate settles at budget / (2 MSL), no rule of TCP is broken, and what is due meanwhile goes out in one piece.
 */
import { join } from '../src/system/station.ts';

/** Milliseconds from one message to the next. */
const INTERVAL = 5;
const PEER = '192.168.100.1';
const PORT = 9000;
/** Connections that may be in TIME_WAIT: 40 x 192 bytes of heap. */
const BUDGET = 40;
/** Seconds until a closed connection is surely gone: twice the MSL of 5 s, and the coarse clock of the stack. */
const GONE = 13;

/** The second in which each closed connection is gone, oldest first; their sockets, which must not be collected. */
const goneAt: number[] = [];
const sockets: net.Socket[] = [];
let waiting = 0;
let isConnecting = false;

function finish(this: void, socket: net.Socket): void {
  socket.close();
  goneAt.push(tmr.time() + GONE);
  sockets.push(socket);
  isConnecting = false;
}

function fail(this: void): void {
  isConnecting = false;
}

function send(this: void, socket: net.Socket): void {
  const messages = math.min(waiting, 100);
  waiting -= messages;
  socket.send(string.rep('temperature\n', messages));
}

function tick(this: void): void {
  waiting++;
  while (goneAt.length > 0 && goneAt[0]! <= tmr.time()) {
    goneAt.shift();
    sockets.shift();
  }
  if (isConnecting || goneAt.length >= BUDGET || wifi.sta.getip()[0] === undefined) return;
  isConnecting = true;
  const socket = net.createConnection();
  socket.on('connection', send);
  socket.on('sent', finish);
  socket.on('disconnection', fail);
  socket.connect(PORT, PEER);
}

node.egc.setmode(node.egc.ON_ALLOC_FAILURE);
join();
tmr.create().alarm(INTERVAL, tmr.ALARM_AUTO, tick);
print(`client: ${BUDGET} connections per ${GONE} s to ${PEER}:${PORT}`);
