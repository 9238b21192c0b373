/**
 * The connection manager: a TCP server that lets its clients close first.
 *
 * Whoever closes first keeps the connection in TIME_WAIT, which takes 192 bytes of heap for 12 seconds here. So an
 * answered connection is left to the client; the ones that wait for our FIN get it after a guard that grows as the
 * memory for TIME_WAIT drains, longest waiter first. No function is made per connection, every edge is under `pcall`:
 * an error in a callback would restart the board.
 *
 * Functions are few and long, because each costs about 180 bytes of heap before its first instruction; what is needed
 * once or rarely is in `use.ts` and `mishap.ts`.
 */
import { overlay } from '../runtime.ts';
import { At, type Connection, Phase, type Protocol, type Rarely, type Source, Tcp } from './connection.ts';
import { Count, counters } from './counters.ts';

/** Bytes of free heap. */
const enum Heap {
  /** For an answer when nothing else is on its way: the segment, and room for the stack and the collector. */
  FIRST_SEND = Tcp.SEGMENT_HEAP + 1024,
  /** For any other. */
  SEND = Tcp.SEGMENT_HEAP + 3072,
  /** For a new connection; with less it is told to come back later. */
  ACCEPT = 2560,
  /** One close by the device, for as long as TIME_WAIT lasts: the pcb, the socket object, its place in a list. */
  CLOSE = 300,
  /** Not for closes: one connection that is being answered, and the rest as above. */
  CLOSE_FLOOR = 4608,
  /** Not for closes, either: each connection that a crowd of `CROWD` may bring yet. */
  CONNECTION = 480,
  /** Below this garbage is collected as soon as there is enough of it. */
  TIDY = 13312,
  /** Garbage that is worth a collection. */
  GARBAGE = 1024,
}

/** Clients that may come at once: more than five do when their SYNs arrive together. */
const CROWD = 20;

/** Milliseconds. */
const enum Time {
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
  /** From one collection to the next when there is little garbage by the looks of it, in microseconds. */
  COLLECT = 20000,
}

/** Bytes that a client may send ahead while it is answered. */
const AHEAD = 2920;

/** The firmware before 2017 takes one segment at a time, and duels after five closes within two minutes. */
const isEspconn = (net.createUDPSocket as unknown) === undefined;
const segmentsInFlight = isEspconn ? 1 : 2;
const mostCloses = isEspconn ? 4 : math.huge;
/** Seconds that a closed socket is kept: more than TIME_WAIT was seen to last. */
const keepFor = isEspconn ? 125 : 14;

/** What other modules need to know, and what `use` sets. */
export const manager: {
  /** Connections open now. */
  open: number;
  protocol?: Protocol;
  /** Runs `onSweep` while there is something to look after. */
  sweeper?: tmr.Timer;
  /** For the protocol: runs while nobody is connected. */
  rest?: tmr.Timer;
  /**
   * Sockets that we closed, oldest first. The stack still points at the socket of a connection in TIME_WAIT; were it
   * collected, a new connection's socket at its address would get the old one's FIN.
   */
  closed: net.Socket[];
} = { open: 0, closed: [] };

let connections: LuaTable<net.Socket, Connection> = new LuaTable();
/** The second in which each closed socket may go. */
let closedUntil: number[] = [];
/** Free heap after the last collection, and when that was. */
let collected = 0;
let collectedAt = 0;
/** Connections whose answer is on its way, and those that wait for memory. */
let sending = 0;
let queued = 0;

/** Moves a connection to another phase of its life. */
export function enter(connection: Connection, phase: Phase): void {
  if (connection[At.Phase] === Phase.Sending) sending--;
  if (phase === Phase.Sending) sending++;
  if (connection[At.Phase] === Phase.Queued) queued--;
  if (phase === Phase.Queued) queued++;
  connection[At.Phase] = phase;
  connection[At.Since] = tmr.now();
}

/** Free heap, after a collection if it is less than `wanted` and there may be garbage. */
function freeHeap(wanted: number): number {
  const heap = node.heap();
  if (heap > collected) collected = heap;
  if (heap >= math.max(wanted, Heap.TIDY)) return heap;
  const now = tmr.now();
  if (collected - heap < Heap.GARBAGE && (now - collectedAt) % 0x80000000 < Time.COLLECT) return heap;
  collectgarbage();
  collectedAt = now;
  collected = node.heap();
  return collected;
}

/**
 * Hands the stack as much as it takes: two segments in flight, so that a client that acknowledges every second one
 * never waits. `sent` does not say how much was acknowledged; a refused send queues nothing and tells the rest.
 */
function pump(connection: Connection): void {
  const socket = connection[At.Socket];
  const source = connection[At.Source];
  for (const _ of $range(1, segmentsInFlight)) {
    const text = connection[At.Output] ?? source?.(connection);
    if (text === undefined) {
      connection[At.Source] = undefined;
      return;
    }
    const isFirst = sending === (connection[At.Phase] === Phase.Sending ? 1 : 0);
    const wanted = isFirst ? Heap.FIRST_SEND : Heap.SEND;
    if (freeHeap(wanted) < wanted || !pcall(socket.send, socket, text.sub(1, Tcp.SEGMENT))[0]) {
      connection[At.Output] = text;
      counters[Count.Stalled]!++;
      return;
    }
    connection[At.Output] = text.length > Tcp.SEGMENT ? text.sub(Tcp.SEGMENT + 1) : undefined;
    if (connection[At.Phase] !== Phase.Sending) enter(connection, Phase.Sending);
  }
}

/** Sends what has waited longest for memory, until there is none. */
function pumpQueue(): void {
  while (queued > 0) {
    let oldest: Connection | undefined;
    let longestWait = -1;
    for (const [, connection] of pairs(connections)) {
      const waited = (tmr.now() - connection[At.Since]) % 0x80000000;
      if (connection[At.Phase] === Phase.Queued && waited > longestWait) {
        longestWait = waited;
        oldest = connection;
      }
    }
    if (oldest !== undefined) pump(oldest);
    if (oldest === undefined || oldest[At.Phase] === Phase.Queued) return;
  }
}

/**
 * The whole answer to a request, or its first part and a source of the rest. When it is through, the connection stays
 * open for the next request if `connection[At.Keep]` is set; otherwise the client is left to close.
 */
export function answer(connection: Connection, text: string, source?: Source): void {
  counters[Count.Answered]!++;
  connection[At.Output] = text;
  if (source !== undefined) {
    connection[At.Source] = source;
    connection[At.Position] = 0;
  }
  enter(connection, Phase.Queued);
  if (queued === 1) pump(connection);
  else pumpQueue();
}

/** A callback that survives errors. */
function edge<A, B>(run: (this: void, a: A, b: B) => void): (this: void, a: A, b?: B) => void {
  return (a, b) => {
    const [ok, message] = pcall(run, a, b as B);
    if (!ok) {
      overlay<typeof import('./mishap.ts')>($module('./mishap.ts')).report(
        message,
        connections.get(a as unknown as net.Socket),
      );
    }
  };
}

function take(this: void, socket: net.Socket, data: string): void {
  const connection = connections.get(socket);
  if (connection === undefined || connection[At.Phase] === Phase.Lingering) return;
  const input = (connection[At.Input] ?? '') + data;
  connection[At.Input] = undefined;
  if (connection[At.Phase] === Phase.Sending || connection[At.Phase] === Phase.Queued) {
    if (input.length <= AHEAD) connection[At.Input] = input;
    else connection[At.Keep] = undefined;
    return;
  }
  if (connection[At.Phase] === Phase.Waiting) enter(connection, Phase.Receiving);
  manager.protocol!.receive(connection, input);
}

const onReceive = edge(take);

const onSent = edge((socket: net.Socket) => {
  const connection = connections.get(socket);
  if (connection === undefined) return;
  pump(connection);
  if (connection[At.Phase] !== Phase.Sending || (connection[At.Output] ?? connection[At.Source]) !== undefined) return;
  enter(connection, connection[At.Keep] === true ? Phase.Waiting : Phase.Lingering);
  if (connection[At.Input] !== undefined) take(socket, '');
  pumpQueue();
});

/** Forgets the connection of a socket that is over, and gives back the places of its callbacks at once. */
function drop(this: void, socket: net.Socket, reason?: net.CloseReason): void {
  const connection = connections.get(socket);
  if (connection === undefined) return;
  enter(connection, Phase.Lingering);
  connections.delete(socket);
  manager.open--;
  if (reason !== undefined && reason !== 0) counters[Count.Lost]!++;
  socket.on('receive', undefined);
  socket.on('sent', undefined);
  socket.on('disconnection', undefined);
}

const onDisconnection = edge(drop);

/** Deadlines, sends that were put off, at most one close, and the end of an old socket. */
export const onSweep = edge((): void => {
  const { open, protocol, closed } = manager;
  let longest: Connection | undefined;
  let longestWait = Time.LINGER - 1;
  for (const [, connection] of pairs(connections)) {
    const phase = connection[At.Phase];
    const waited = ((tmr.now() - connection[At.Since]) % 0x80000000) / 1000;
    if (phase === Phase.Lingering) {
      if (waited > longestWait) {
        longestWait = waited;
        longest = connection;
      }
    } else if (phase === Phase.Sending || phase === Phase.Queued) {
      if (waited > Time.ANSWER) enter(connection, Phase.Lingering);
      else if (phase === Phase.Sending && connection[At.Output] !== undefined) pump(connection);
    } else if (waited > (open >= Tcp.LIMIT ? Time.PRESSED : phase === Phase.Waiting ? Time.IDLE : Time.REQUEST)) {
      enter(connection, Phase.Lingering);
      if (phase === Phase.Receiving) {
        counters[Count.Late]!++;
        overlay<Rarely>(protocol!.rarely).abandon(connection, 'late');
      }
    }
  }
  pumpQueue();
  const used = closed.length;
  if (longest !== undefined && used < mostCloses) {
    // The guard is LINGER while more than a third of the budget is left, and grows as the inverse of the share.
    const floor = Heap.CLOSE_FLOOR + Heap.CONNECTION * math.max(0, CROWD - open);
    const left = (freeHeap(floor + 20 * Heap.CLOSE) - floor) / Heap.CLOSE;
    if (left >= 1 && longestWait * left * 3 >= Time.LINGER * (used + left)) {
      const socket = longest[At.Socket];
      if (socket.getpeer()[0] !== undefined) {
        counters[Count.Closed]!++;
        socket.close();
      }
      drop(socket);
      closed.push(socket);
      closedUntil.push(tmr.time() + keepFor);
    }
  }
  if (used > 0 && closedUntil[0]! <= tmr.time()) {
    closedUntil.shift();
    closed.shift();
  }
  if (open === 0 && used === 0) {
    manager.sweeper!.stop();
    // Tables do not shrink by themselves.
    connections = new LuaTable();
    manager.closed = [];
    closedUntil = [];
    overlay<Rarely>(protocol!.rarely).idle();
    collectgarbage();
  }
});

/** Takes a new connection in. */
export const onAccept = edge((socket: net.Socket) => {
  counters[Count.Accepted]!++;
  manager.open++;
  const connection: Connection = [socket, Phase.Waiting, tmr.now()];
  connections.set(socket, connection);
  socket.on('receive', onReceive);
  socket.on('sent', onSent);
  socket.on('disconnection', onDisconnection);
  manager.sweeper!.start();
  if (node.heap() < Heap.ACCEPT) collectgarbage();
  if (node.heap() >= Heap.ACCEPT) return;
  counters[Count.Busy]!++;
  answer(connection, manager.protocol!.busy);
});
