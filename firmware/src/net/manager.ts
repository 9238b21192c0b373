/**
 * The connection manager: a TCP server that lets its clients close first.
 *
 * Whoever closes first keeps the connection in TIME_WAIT, which takes 192 bytes of heap for 12 seconds here. So an
 * answered connection is left to the client; the ones that wait for our FIN get it after a guard that grows as the
 * memory for TIME_WAIT drains, longest waiter first. No function is made per connection, every edge is under `pcall`:
 * an error in a callback would restart the board.
 */
import { type Connection, elapsed, Phase, type Protocol, type Source, Tcp } from './connection.ts';
import { expire, inTimeWait, retire } from './retired.ts';

const enum Limit {
  /** Heap that is left alone: 12 kB for everybody else, and the segment that is about to be sent. */
  SEND_FLOOR = 12288 + Tcp.SEGMENT_HEAP,
  /** Heap below which nothing is sent even when nothing else is on its way. */
  SEND_MINIMUM = 4096,
  /** Heap below which a new connection is told to come back later. */
  ACCEPT_FLOOR = 8192,
  /** Heap that one close by the device takes for 13 seconds: the pcb, the socket object, its place in a table. */
  CLOSE_HEAP = 300,
  /** Heap that closes may not touch: the floor and one connection that is being answered. */
  CLOSE_FLOOR = 12288 + 2200,
  /** Milliseconds between sweeps while connections are open. */
  SWEEP = 50,
  /** Milliseconds that a client gets to close first while memory is plentiful. */
  LINGER = 100,
  /** Milliseconds from the first byte of a request to its last. */
  REQUEST = 5000,
  /** Milliseconds that an open connection may be silent. */
  IDLE = 10000,
  /** Both, when every place is taken. */
  PRESSED = 1000,
  /** Milliseconds for the peer to acknowledge an answer. */
  ANSWER = 30000,
  /** Seconds until TCP keepalive looks for a vanished client. */
  KEEPALIVE = 20,
  /** Closes per two minutes that the stack of 2016 survives without a duel. */
  ESPCONN_CLOSES = 4,
}

/** What happened since boot. */
const counters = {
  accepted: 0,
  /** Answers handed to a connection. */
  answered: 0,
  /** Ends: the client's FIN, its RST or silence, our FIN, our RST. */
  clientClosed: 0,
  lost: 0,
  deviceClosed: 0,
  reset: 0,
  /** Connections told to come back later. */
  busy: 0,
  /** Requests that took too long. */
  expired: 0,
  /** Sends put off for want of memory, and those that the stack refused. */
  stalled: 0,
  refused: 0,
  /** Lua errors caught at an edge. */
  errors: 0,
};

const connections: LuaTable<net.Socket, Connection> = new LuaTable();
let open = 0;
let sending = 0;
let protocol: Protocol;
let lastCollection = 0;
let sweeper: tmr.Timer;
/** The firmware before 2017 takes one segment at a time and duels when it closes often. */
const isEspconn = (net.createUDPSocket as unknown) === undefined;

export { counters };

/** Connections open now. */
export function openConnections(): number {
  return open;
}

function enter(connection: Connection, phase: Phase): void {
  if (connection.phase === Phase.Sending) sending--;
  if (phase === Phase.Sending) sending++;
  connection.phase = phase;
  connection.since = tmr.now();
}

/** Forgets a connection that is over; its socket is kept for a while. */
function drop(connection: Connection, byDevice: boolean): void {
  const socket = connection.socket;
  if (connections.get(socket) === undefined) return;
  enter(connection, Phase.Lingering);
  connections.delete(socket);
  open--;
  connection.source = undefined;
  socket.on('receive', undefined);
  socket.on('sent', undefined);
  socket.on('disconnection', undefined);
  retire(socket, byDevice);
}

/** Our FIN. Only from a timer: inside `receive` it would be a RST. */
function close(connection: Connection): void {
  const socket = connection.socket;
  const [port] = socket.getpeer();
  if (port !== undefined) {
    counters.deviceClosed++;
    socket.close();
  }
  drop(connection, true);
}

function heapAfterCollection(wanted: number): number {
  let heap = node.heap();
  if (heap < wanted && tmr.time() !== lastCollection) {
    lastCollection = tmr.time();
    collectgarbage();
    heap = node.heap();
  }
  return heap;
}

/**
 * Hands the stack as much as it takes: two segments in flight, so that a peer that acknowledges every second one never
 * waits. `sent` does not say how much was acknowledged; a send that is refused queues nothing and tells the rest.
 */
function pump(connection: Connection): void {
  const socket = connection.socket;
  for (const _ of $range(1, isEspconn ? 1 : 2)) {
    if (connection.output === '') {
      const more = connection.source?.(connection);
      if (more === undefined) {
        connection.source = undefined;
        return;
      }
      connection.output = more;
    }
    const floor = sending > 1 ? Limit.SEND_FLOOR : Limit.SEND_MINIMUM;
    if (heapAfterCollection(Limit.SEND_FLOOR) < floor) {
      counters.stalled++;
      return;
    }
    const [ok] = pcall(socket.send, socket, connection.output.sub(1, Tcp.SEGMENT));
    if (!ok) {
      counters.refused++;
      return;
    }
    connection.output = connection.output.sub(Tcp.SEGMENT + 1);
  }
}

/**
 * The whole answer to a request, or its first part and a source of the rest.
 * @param keep stay open for the next request when the answer is through; otherwise the client is left to close
 */
export function answer(connection: Connection, text: string, keep: boolean, source?: Source): void {
  counters.answered++;
  connection.output = text;
  connection.source = source;
  connection.position = 0;
  connection.keep = keep;
  enter(connection, Phase.Sending);
  pump(connection);
}

/** Ends a connection with a RST at the client's next byte: for those that are too slow or send too much. */
export function doom(connection: Connection): void {
  enter(connection, Phase.Doomed);
}

function reset(connection: Connection): void {
  counters.reset++;
  connection.socket.close();
  drop(connection, false);
}

function fail(connection: Connection, message: string): void {
  counters.errors++;
  print(message);
  if (connection.phase === Phase.Sending) return;
  const [ok] = pcall(protocol.fail, connection, message);
  if (!ok) enter(connection, Phase.Lingering);
}

function take(connection: Connection, data: string): void {
  if (connection.phase === Phase.Doomed) {
    reset(connection);
    return;
  }
  if (connection.phase === Phase.Lingering) return;
  connection.input = connection.input + data;
  if (connection.phase === Phase.Sending) return;
  if (connection.phase === Phase.Waiting) enter(connection, Phase.Receiving);
  protocol.receive(connection);
}

function onReceive(this: void, socket: net.Socket, data: string): void {
  const connection = connections.get(socket);
  if (connection === undefined) return;
  const [ok, message] = pcall(take, connection, data);
  if (!ok) fail(connection, message);
}

function acknowledged(connection: Connection): void {
  pump(connection);
  if (connection.phase !== Phase.Sending || connection.output !== '' || connection.source !== undefined) return;
  if (!connection.keep) {
    enter(connection, Phase.Lingering);
    return;
  }
  enter(connection, Phase.Waiting);
  if (connection.input !== '') take(connection, '');
}

function onSent(this: void, socket: net.Socket): void {
  const connection = connections.get(socket);
  if (connection === undefined || connection.phase !== Phase.Sending) return;
  const [ok, message] = pcall(acknowledged, connection);
  if (!ok) fail(connection, message);
}

function onDisconnection(this: void, socket: net.Socket, reason: net.CloseReason): void {
  const connection = connections.get(socket);
  if (connection === undefined) return;
  if (reason === 0 || reason === undefined) counters.clientClosed++;
  else counters.lost++;
  pcall(drop, connection, false);
}

/** Milliseconds that a client gets to close first; grows without bound as the memory for TIME_WAIT drains. */
function lingerGuard(): number {
  const used = inTimeWait();
  if (isEspconn) return used < Limit.ESPCONN_CLOSES ? Limit.LINGER : math.huge;
  const heap = heapAfterCollection(Limit.CLOSE_FLOOR + 10 * Limit.CLOSE_HEAP);
  const left = (heap - Limit.CLOSE_FLOOR) / Limit.CLOSE_HEAP;
  if (left < 1) return math.huge;
  const share = left / (used + left);
  return share > 0.1 ? Limit.LINGER : (Limit.LINGER * 0.1) / share;
}

function closeLongestWaiter(): boolean {
  let longest: Connection | undefined;
  let waited = -1;
  for (const [, connection] of pairs(connections)) {
    if (connection.phase === Phase.Lingering) {
      const milliseconds = elapsed(connection.since);
      if (milliseconds > waited) {
        waited = milliseconds;
        longest = connection;
      }
    }
  }
  if (longest === undefined || waited < lingerGuard()) return false;
  close(longest);
  return true;
}

function checkDeadline(connection: Connection): void {
  const phase = connection.phase;
  const waited = elapsed(connection.since);
  const pressed = open >= Tcp.LIMIT;
  if (phase === Phase.Sending) {
    if (waited > Limit.ANSWER) enter(connection, Phase.Lingering);
    else if (connection.output !== '') pump(connection);
  } else if (phase === Phase.Receiving) {
    if (waited > (pressed ? Limit.PRESSED : Limit.REQUEST)) {
      counters.expired++;
      protocol.expire(connection);
    }
  } else if (phase === Phase.Waiting && waited > (pressed ? Limit.PRESSED : Limit.IDLE)) {
    enter(connection, Phase.Lingering);
  }
}

function sweep(): void {
  for (const [, connection] of pairs(connections)) checkDeadline(connection);
  while (closeLongestWaiter());
  if (expire() === 0 && open === 0) {
    sweeper.stop();
    collectgarbage();
  }
}

function onSweep(this: void): void {
  const [ok, message] = pcall(sweep);
  if (!ok) {
    counters.errors++;
    print(message);
  }
}

function admit(socket: net.Socket): void {
  counters.accepted++;
  open++;
  const connection: Connection = { socket, phase: Phase.Waiting, since: tmr.now(), input: '', output: '' };
  connections.set(socket, connection);
  socket.on('receive', onReceive);
  socket.on('sent', onSent);
  socket.on('disconnection', onDisconnection);
  sweeper.start();
  if (heapAfterCollection(Limit.ACCEPT_FLOOR) < Limit.ACCEPT_FLOOR) {
    counters.busy++;
    answer(connection, protocol.busy, false);
  }
}

function onAccept(this: void, socket: net.Socket): void {
  const [ok, message] = pcall(admit, socket);
  if (!ok) {
    counters.errors++;
    print(message);
  }
}

/** Serves `rules` on a TCP port from now on. Call it once. */
export function serve(port: number, rules: Protocol): void {
  protocol = rules;
  sweeper = tmr.create();
  sweeper.register(Limit.SWEEP, tmr.ALARM_AUTO, onSweep);
  net.createServer(Limit.KEEPALIVE).listen(port, onAccept);
}
