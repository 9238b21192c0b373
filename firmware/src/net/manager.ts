/**
 * The connection manager: a TCP server that lets its clients close first.
 *
 * Whoever closes first keeps the connection in TIME_WAIT, which takes 192 bytes of heap for 12 seconds here. So an
 * answered connection is left to the client; the ones that wait for our FIN get it after 100 ms, and as the memory for
 * TIME_WAIT drains no more often than it comes back, longest waiter first. No function is made per connection, every
 * edge is under `pcall`: an error in a callback would restart the board.
 *
 * All of this is on the heap all the time, so functions are few and long: each costs about 190 bytes before its first
 * instruction. What is needed once or rarely is in `serve.ts`, `stream.ts` and `mishap.ts`.
 */
import { overlay } from '../runtime.ts';
import { At, type Connection, Phase, type Protocol, Tcp } from './connection.ts';
import { type ManagerState, Place } from './state.ts';

/** Bytes of free heap. */
export const enum Heap {
  /** What the rest of the program can count on. */
  FLOOR = 12288,
  /** For an answer when nothing else is on its way: the segment, and room for the stack and the collector. */
  FIRST_SEND = Tcp.SEGMENT_HEAP + 1024,
  /** For any other; tables grow while a crowd comes in. */
  SEND = FLOOR + Tcp.SEGMENT_HEAP + 1536,
  /** For one that was put off: outside of `receive` it leaves at the next tick only, and takes its memory until then. */
  SEND_LATE = SEND + 2 * Tcp.SEGMENT_HEAP,
  /** For a new connection; with less it is told to come back later. */
  ACCEPT = 5000,
  /** One close by the device, for as long as TIME_WAIT lasts: the pcb, the socket object, its place in a list. */
  CLOSE = 300,
  /** Not for closes: the floor, and an answer. */
  CLOSE_FLOOR = FLOOR + Tcp.SEGMENT_HEAP,
  /** Not for closes, either: each connection that may come yet. */
  CONNECTION = 480,
  /** With less, and a crowd, the port is shut until there is enough for a close, or no TIME_WAIT to wait for. */
  SHUT = 10000,
  /** For a socket whose client left early: less than that is for answers. */
  KEEP = SEND_LATE + 2 * Tcp.SEGMENT_HEAP,
  /** Below this garbage is collected as soon as there is enough of it, and the protocol is let go. */
  TIDY = FLOOR + 3072,
  /** Garbage that is worth a collection. */
  GARBAGE = 384,
}

const enum Espconn {
  /** Closes by us within `KEEP_FOR` seconds that are free of duels. */
  CLOSES = 4,
  KEEP_FOR = 125,
}

/** Milliseconds. */
const enum Time {
  /** A client gets this to close first while memory is plentiful. */
  LINGER = 100,
  /** From the first byte of a request to its last. */
  REQUEST = 5000,
  /** An open connection may be silent. */
  IDLE = 10000,
  /** Either, when every place is taken. */
  PRESSED = 400,
  /** For the client to acknowledge an answer. */
  ANSWER = 30000,
  /** Of a wait that is to be over before all others. */
  FIRST = 1000000,
  /** The least that TIME_WAIT was seen to last. */
  WAIT = 11500,
  /** Closes that may come together after a pause, not milliseconds. */
  BURST = 10,
  /** Seconds that a closed socket is kept: more than TIME_WAIT was seen to last. */
  KEEP_FOR = 13,
  /** Seconds without a connection after which what was kept for the next one is let go. */
  QUIET = 5,
  /** Between looks at the open connections. */
  SWEEP = 50,
  /** From one collection to the next when there is little garbage by the looks of it, in microseconds. */
  COLLECT = 20000,
}

/** The firmware before 2017: it duels after five closes within two minutes, and keeps no pointers to closed sockets. */
const isEspconn = (net.createUDPSocket as unknown) === undefined;

/** What other modules know of the manager, and what `serve` sets. */
export const manager: ManagerState = [
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  '',
  '',
  '',
  '',
  undefined,
  undefined,
  undefined,
  undefined,
  undefined,
];

let connections: LuaTable<net.Socket, Connection> = new LuaTable();
/**
 * Sockets that we closed, oldest first, each after the second in which that was. The stack still points at the socket of
 * a connection that ends; were it collected, a new connection's socket at its address would get the old one's FIN.
 */
let closed: (net.Socket | number)[] = [];
/** Runs while there is something to look after. */
const sweeper = tmr.create();
/** Free heap after the last collection, and when that was. */
let collected = 0;
let collectedAt = 0;
/** Connections whose answer is on its way; whether others wait for memory. */
let sending = 0;
let isQueued = false;
/** The most connections open at once of late, and for how many seconds there was none. */
let crowd = 0;
let quiet = 0;
/** Second of the last sweep, and when we closed last. */
let second = 0;
let closedAt = 0;

/** Moves a connection to another phase of its life. */
export function enter(connection: Connection, phase: Phase): void {
  if (connection[At.Phase] === Phase.Sending) sending--;
  if (phase === Phase.Sending) sending++;
  connection[At.Phase] = phase;
  connection[At.Since] = tmr.now();
}

/** Free heap, after a collection if it is less than `wanted` and there may be garbage. */
function freeHeap(wanted: number): number {
  const heap = node.heap();
  if (heap > collected) collected = heap;
  if (heap >= wanted && heap >= Heap.TIDY) return heap;
  const now = tmr.now();
  if (collected - heap < Heap.GARBAGE && (now - collectedAt) % 0x80000000 < Time.COLLECT) return heap;
  collectgarbage();
  collectedAt = now;
  collected = node.heap();
  if (collected < wanted || collected < Heap.TIDY) manager[Place.Speaker] = undefined;
  return collected;
}

/**
 * The whole answer to a request, at most one segment, or the next segment of a longer one. False when there is no memory
 * for it or the stack refuses: a first segment is queued then, any other is the caller's. When the answer is through, the
 * connection stays open for the next request if `connection[At.Keep]` is set; otherwise the client is left to close.
 */
export function answer(connection: Connection, text: string): boolean {
  const socket = connection[At.Socket];
  const phase = connection[At.Phase];
  let wanted: number = Heap.FIRST_SEND;
  if (sending > (phase === Phase.Sending ? 1 : 0)) wanted = phase === Phase.Queued ? Heap.SEND_LATE : Heap.SEND;
  if (freeHeap(wanted) >= wanted && pcall(socket.send, socket, text)[0]) {
    if (phase !== Phase.Sending) {
      manager[Place.Answered]++;
      enter(connection, Phase.Sending);
    }
    return true;
  }
  manager[Place.Stalled]++;
  isQueued = true;
  if (phase < Phase.Queued) {
    enter(connection, Phase.Queued);
    connection[At.Output] = text;
  }
  return false;
}

/** Deadlines, sends that were put off, and the end of old sockets. Gives the connection that was closed, if one was. */
function sweep(): Connection | undefined {
  let [longest, oldest]: (Connection | undefined)[] = [];
  let longestWait: number = Time.LINGER - 1;
  let oldestWait = -1;
  isQueued = false;
  for (const [, connection] of pairs(connections)) {
    const phase = connection[At.Phase];
    const waited = ((tmr.now() - connection[At.Since]) % 0x80000000) / 1000;
    if (phase === Phase.Lingering) {
      if (waited > longestWait) {
        longestWait = waited;
        longest = connection;
      }
    } else if (
      longestWait < Time.FIRST &&
      waited >
        (phase >= Phase.Queued
          ? Time.ANSWER
          : manager[Place.Open] >= Tcp.LIMIT
            ? Time.PRESSED
            : phase === Phase.Waiting
              ? Time.IDLE
              : Time.REQUEST)
    ) {
      if (overlay<typeof import('./mishap.ts')>($module('./mishap.ts')).late(connection)) {
        longest = connection;
        longestWait = Time.FIRST;
      }
    } else if (phase === Phase.Queued) {
      isQueued = true;
      if (waited > oldestWait) {
        oldestWait = waited;
        oldest = connection;
      }
    } else if (phase === Phase.Sending) connection[At.More]?.(connection);
  }
  if (oldest !== undefined) {
    if (oldest[At.More] !== undefined) oldest[At.More](oldest);
    else if (answer(oldest, oldest[At.Output]!)) oldest[At.Output] = undefined;
  }

  const open = manager[Place.Open];
  if (open > crowd) crowd = open;
  // Once a second.
  const now = tmr.time();
  if (now !== second) {
    second = now;
    if (crowd > open) crowd--;
    closed.push(now);
    while ((closed[0] as number) + (isEspconn ? Espconn.KEEP_FOR : Time.KEEP_FOR) < now) {
      closed.shift();
      while (type(closed[0]) !== 'number') {
        closed.shift();
        manager[Place.Kept]--;
      }
    }
    quiet = open === 0 ? quiet + 1 : 0;
    if (quiet > Time.QUIET && manager[Place.Kept] === 0) {
      sweeper.stop();
      second = 0;
      manager[Place.Speaker] = undefined;
      // Tables do not shrink by themselves.
      connections = new LuaTable();
      closed = [];
      manager[Place.Known] = '';
      manager[Place.Reply] = '';
      collectgarbage();
    }
  }

  const used = manager[Place.Kept];
  if (
    manager[Place.Shut] !== undefined
      ? used === 0 || freeHeap(Heap.CLOSE_FLOOR) >= Heap.CLOSE_FLOOR
      : open > 2 * Tcp.LIMIT && freeHeap(Heap.SHUT) < Heap.SHUT
  ) {
    overlay<typeof import('./mishap.ts')>($module('./mishap.ts')).admit();
  }
  if (longest !== undefined && !(isEspconn && used >= Espconn.CLOSES)) {
    // While a quarter of the budget is used closes come as they are wanted, then no faster than TIME_WAITs end: else the
    // last of a crowd would wait for the first to end. A few that were not wanted before may come together.
    const floor = Heap.CLOSE_FLOOR + Heap.CONNECTION * (crowd - open);
    const budget = used + (freeHeap(floor + 20 * Heap.CLOSE) - floor) / Heap.CLOSE;
    const sinceLast = ((tmr.now() - closedAt) % 0x80000000) / 1000;
    const pace = ((used * 4 < budget ? (used * 4) / budget : 1) * Time.WAIT) / budget;
    // An open connection takes more than one in TIME_WAIT.
    if (longestWait > Time.ANSWER || manager[Place.Shut] !== undefined || (used + 1 <= budget && sinceLast >= pace)) {
      const socket = longest[At.Socket];
      closedAt = tmr.now() - (sinceLast < Time.BURST * pace ? sinceLast - pace : (Time.BURST - 1) * pace) * 1000;
      closed.push(socket);
      manager[Place.Kept]++;
      if (socket.getpeer()[0] !== undefined) {
        socket.unhold();
        socket.close();
        manager[Place.Closed]++;
      }
      return longest;
    }
  }
  return undefined;
}

/** What follows from an event, or from an error in that. */
function handle(this: void, socket: net.Socket, what?: string | number, error?: string): void {
  let connection: Connection | undefined = connections.get(socket);
  if (error !== undefined) {
    overlay<typeof import('./mishap.ts')>($module('./mishap.ts')).report(error, connection);
    return;
  }
  if ((socket as unknown) === sweeper) {
    connection = sweep();
    if (connection === undefined) return;
    socket = connection[At.Socket];
    what = 0;
  } else if (connection === undefined) {
    manager[Place.Accepted]++;
    manager[Place.Open]++;
    connection = [socket, Phase.Waiting, tmr.now()];
    connections.set(socket, connection);
    const listener = manager[Place.Listener]!;
    socket.on('receive', listener);
    socket.on('sent', listener);
    socket.on('disconnection', manager[Place.Ended]);
    sweeper.start();
    if (freeHeap(Heap.ACCEPT) < Heap.ACCEPT) {
      manager[Place.Busy]++;
      answer(connection, manager[Place.Refusal]);
    }
    return;
  }

  if (type(what) === 'number') {
    // The client closed before it had acknowledged all: the stack goes on sending, and still points at the socket. Of a
    // crowd of such clients only as many are kept as there is memory for.
    if (
      (connection[At.Phase] === Phase.Sending || connection[At.Pipelined] !== undefined) &&
      !isEspconn &&
      freeHeap(Heap.KEEP) >= Heap.KEEP
    ) {
      closed.push(tmr.time());
      closed.push(socket);
      manager[Place.Kept]++;
    }
    enter(connection, Phase.Lingering);
    connections.delete(socket);
    manager[Place.Open]--;
    if (what !== 0) manager[Place.Lost]++;
    // Gives back the places of the callbacks at once.
    socket.on('receive', undefined);
    socket.on('sent', undefined);
    socket.on('disconnection', undefined);
    if (isQueued) handle(sweeper as unknown as net.Socket);
    return;
  }

  if (what === undefined) {
    connection[At.More]?.(connection);
    if (connection[At.Phase] !== Phase.Sending || (connection[At.Output] ?? connection[At.More]) !== undefined) return;
    enter(connection, connection[At.Keep] === undefined ? Phase.Lingering : Phase.Waiting);
    if (isQueued) handle(sweeper as unknown as net.Socket);
    if (connection[At.Input] === undefined) return;
    connection[At.Pipelined] = true;
    socket.unhold();
    what = '';
  }

  const phase = connection[At.Phase];
  if (phase === Phase.Lingering) return;
  let input = what as string;
  const before = connection[At.Input];
  if (before !== undefined) {
    input = before + input;
    connection[At.Input] = undefined;
  }
  if (phase >= Phase.Queued) {
    // The next request waits in the client's window until this one is answered.
    if (connection[At.Keep] === undefined) return;
    connection[At.Input] = input;
    socket.hold();
    return;
  }
  if (phase === Phase.Waiting) enter(connection, Phase.Receiving);
  if (input === manager[Place.Known]) {
    connection[At.Keep] = undefined;
    answer(connection, manager[Place.Reply]);
  } else {
    manager[Place.Speaker] ??= overlay<Protocol>(manager[Place.Protocol]);
    // The last thing that happens here, so that a protocol can be collected while it goes on.
    return manager[Place.Speaker].receive(connection, input);
  }
}

manager[Place.Listener] = (socket, what) => {
  const [ok, error] = pcall(handle, socket, what);
  if (!ok) pcall(handle, socket, undefined, error);
};
// That firmware does not say why a connection ended.
manager[Place.Ended] = isEspconn ? (socket) => manager[Place.Listener]!(socket, 0) : manager[Place.Listener];
sweeper.register(Time.SWEEP, tmr.ALARM_AUTO, manager[Place.Listener] as unknown as (timer: tmr.Timer) => void);

// Line numbers of what always stays would take the memory of one close.
for (const resident of [overlay, enter, freeHeap, answer, handle, manager[Place.Listener]])
  node.stripdebug(3, resident);
