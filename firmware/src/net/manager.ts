/**
 * The connection manager: a TCP server that lets its clients close first.
 *
 * Whoever closes first keeps the connection in TIME_WAIT, which takes 192 bytes of heap for 12 seconds here. So an
 * answered connection is left to the client; the ones that wait for our FIN get it after a guard that grows as the
 * memory for TIME_WAIT drains, longest waiter first. No function is made per connection, every edge is under `pcall`:
 * an error in a callback would restart the board.
 *
 * Functions are few and long, because each costs about 150 bytes of heap before its first instruction.
 */
import { elapsed } from '../runtime.ts';
import { type Connection, Phase, type Protocol, type Source, Tcp } from './connection.ts';

const enum Heap {
  /** Left alone by everything here. */
  FLOOR = 12288,
  /** For a send: the floor and the segment itself. */
  SEND = Heap.FLOOR + Tcp.SEGMENT_HEAP,
  /** For one send per sweep when the rest has to wait: something must go on. */
  SEND_LEAST = 4096,
  /** For a new connection; with less it is told to come back later. */
  ACCEPT = 8192,
  /** One close by the device, for as long as TIME_WAIT lasts: the pcb, the socket object, its place in a list. */
  CLOSE = 300,
  /** Not for closes: the floor and one connection that is being answered. */
  CLOSE_FLOOR = Heap.FLOOR + 2200,
}

/** Milliseconds. */
const enum Time {
  /** Between sweeps while connections are open. */
  SWEEP = 50,
  /** A client gets this to close first while memory is plentiful. */
  LINGER = 100,
  /** From the first byte of a request to its last. */
  REQUEST = 5000,
  /** An open connection may be silent. */
  IDLE = 10000,
  /** Either, when every place is taken. */
  PRESSED = 1000,
  /** For the client to acknowledge an answer. */
  ANSWER = 30000,
}

/** Seconds. */
const enum Seconds {
  /** A closed socket is kept referenced: more than TIME_WAIT was seen to last, in whole seconds. */
  CLOSED = 14,
  /** Until TCP keepalive looks for a vanished client. */
  KEEPALIVE = 20,
}

const enum Count {
  /** Sockets up to which those that a client closed are kept, too. */
  KEPT = 16,
  /** Closes at a time that the stack of 2016 survives without a duel. */
  ESPCONN_CLOSES = 4,
}

/** What happened since boot. */
const counters = {
  accepted: 0,
  answered: 0,
  /** Closed by us first. */
  closed: 0,
  /** Ended by the client's RST or silence. */
  lost: 0,
  /** Told to come back later. */
  busy: 0,
  /** Requests that took too long. */
  late: 0,
  /** Sends put off: no memory, or refused by the stack. */
  stalled: 0,
  /** Lua errors caught. */
  errors: 0,
};

const connections: LuaTable<net.Socket, Connection> = new LuaTable();
let open = 0;
let protocol: Protocol;
let sweeper: tmr.Timer;
let lastCollection = 0;

/**
 * Sockets that are over, oldest first, and the second in which each may go. The stack still points at the socket of a
 * connection in TIME_WAIT; were it collected, a new connection's socket at its address would get the old one's FIN.
 */
const closed: net.Socket[] = [];
const closedUntil: number[] = [];

/** The firmware before 2017 takes one segment at a time, and duels when it closes often. */
const isEspconn = (net.createUDPSocket as unknown) === undefined;

export { counters };

/** Connections open now, and sockets kept because theirs may be in TIME_WAIT. */
export function load(): LuaMultiReturn<[open: number, kept: number]> {
  return $multi(open, closed.length);
}

function enter(connection: Connection, phase: Phase): void {
  connection.phase = phase;
  connection.since = tmr.now();
}

/** Free heap, after a collection (at most one per second) if it is less than `wanted`. */
function freeHeap(wanted: number): number {
  const heap = node.heap();
  const second = tmr.time();
  if (heap >= wanted || second === lastCollection) return heap;
  lastCollection = second;
  collectgarbage();
  return node.heap();
}

/**
 * Hands the stack as much as it takes: two segments in flight, so that a client that acknowledges every second one
 * never waits. `sent` does not say how much was acknowledged; a refused send queues nothing and tells the rest.
 */
function pump(connection: Connection, wanted: number): void {
  for (const _ of $range(1, isEspconn ? 1 : 2)) {
    let text: string | undefined = connection.output;
    if (text === '') {
      if (connection.source !== undefined) text = connection.source(connection);
      if (text === undefined || text === '') {
        connection.source = undefined;
        return;
      }
      connection.output = text;
    }
    const socket = connection.socket;
    if (freeHeap(Heap.SEND) < wanted || !pcall(socket.send, socket, text.sub(1, Tcp.SEGMENT))[0]) {
      counters.stalled++;
      return;
    }
    connection.output = text.sub(Tcp.SEGMENT + 1);
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
  pump(connection, Heap.SEND);
}

/** Forgets a connection that is over, and keeps its socket for a while. */
function drop(connection: Connection): void {
  const socket = connection.socket;
  connections.delete(socket);
  open--;
  socket.on('receive', undefined);
  socket.on('sent', undefined);
  socket.on('disconnection', undefined);
  closed.push(socket);
  closedUntil.push(tmr.time() + Seconds.CLOSED);
}

/** A net callback that finds the connection of its socket and survives errors. */
function edge<T>(
  run: (this: void, connection: Connection, argument: T) => void,
): (this: void, socket: net.Socket, argument?: T) => void {
  return (socket, argument) => {
    const connection = connections.get(socket);
    if (connection === undefined) return;
    const [ok, message] = pcall(run, connection, argument as T);
    if (ok) return;
    counters.errors++;
    print(message);
    if (connection.phase === Phase.Sending || !pcall(protocol.abandon, connection, 'error')[0]) {
      enter(connection, Phase.Lingering);
    }
  };
}

function take(this: void, connection: Connection, data: string): void {
  const phase = connection.phase;
  if (phase === Phase.Lingering) return;
  connection.input = connection.input + data;
  if (phase === Phase.Sending) return;
  if (phase === Phase.Waiting) enter(connection, Phase.Receiving);
  protocol.receive(connection);
}

const onReceive = edge(take);

const onSent = edge((connection) => {
  pump(connection, Heap.SEND);
  if (connection.phase !== Phase.Sending || connection.output !== '' || connection.source !== undefined) return;
  enter(connection, connection.keep === true ? Phase.Waiting : Phase.Lingering);
  if (connection.input !== '') take(connection, '');
});

const onDisconnection = edge((connection: Connection, reason: net.CloseReason) => {
  if (reason !== 0) counters.lost++;
  if (closed.length < Count.KEPT) {
    drop(connection);
    return;
  }
  connections.delete(connection.socket);
  open--;
});

/** Whether a client that has waited so long for our FIN may have it, considering the memory that this takes. */
function mayClose(waited: number): boolean {
  if (waited < Time.LINGER) return false;
  const used = closed.length;
  if (isEspconn) return used < Count.ESPCONN_CLOSES;
  const left = (freeHeap(Heap.CLOSE_FLOOR + 10 * Heap.CLOSE) - Heap.CLOSE_FLOOR) / Heap.CLOSE;
  return left >= 1 && waited * left * 10 >= Time.LINGER * (used + left);
}

/** Deadlines, sends that were put off, at most one close, and the end of old sockets. */
function sweep(): void {
  let wanted = Heap.SEND_LEAST;
  let longest: Connection | undefined;
  let longestWait = -1;
  for (const [, connection] of pairs(connections)) {
    const phase = connection.phase;
    const waited = elapsed(connection.since);
    if (phase === Phase.Lingering) {
      if (waited > longestWait) {
        longestWait = waited;
        longest = connection;
      }
    } else if (phase === Phase.Sending) {
      if (waited > Time.ANSWER) enter(connection, Phase.Lingering);
      else if (connection.output !== '') {
        pump(connection, wanted);
        wanted = Heap.SEND;
      }
    } else if (waited > (open >= Tcp.LIMIT ? Time.PRESSED : phase === Phase.Waiting ? Time.IDLE : Time.REQUEST)) {
      enter(connection, Phase.Lingering);
      if (phase === Phase.Receiving) {
        counters.late++;
        protocol.abandon(connection, 'late');
      }
    }
  }
  if (longest !== undefined && mayClose(longestWait)) {
    counters.closed++;
    const socket = longest.socket;
    if (socket.getpeer()[0] !== undefined) socket.close();
    drop(longest);
  }
  while (closedUntil.length > 0 && closedUntil[0]! <= tmr.time()) {
    closedUntil.shift();
    closed.shift();
  }
  if (open === 0 && closed.length === 0) {
    sweeper.stop();
    collectgarbage();
  }
}

function admit(this: void, socket: net.Socket): void {
  counters.accepted++;
  open++;
  const connection: Connection = { socket, phase: Phase.Waiting, since: tmr.now(), input: '', output: '' };
  connections.set(socket, connection);
  socket.on('receive', onReceive);
  socket.on('sent', onSent);
  socket.on('disconnection', onDisconnection);
  sweeper.start();
  if (freeHeap(Heap.ACCEPT) >= Heap.ACCEPT) return;
  counters.busy++;
  answer(connection, protocol.busy, false);
}

/** Runs a function that must not raise an error. */
function survive<T>(run: (this: void, argument: T) => void, argument: T): void {
  const [ok, message] = pcall(run, argument);
  if (ok) return;
  counters.errors++;
  print(message);
}

/** Serves `rules` on a TCP port from now on. Call it once. */
export function serve(port: number, rules: Protocol): void {
  protocol = rules;
  sweeper = tmr.create();
  sweeper.register(Time.SWEEP, tmr.ALARM_AUTO, () => survive(sweep, undefined));
  const server = isEspconn
    ? (net.createServer as unknown as (this: void, type: net.TransportProtocol, timeout: number) => net.Server)(
        net.TCP,
        Seconds.KEEPALIVE,
      )
    : net.createServer(Seconds.KEEPALIVE);
  server.listen(port, (socket) => survive(admit, socket));
}
