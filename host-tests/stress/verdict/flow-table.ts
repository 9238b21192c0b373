import type { TcpFrame } from './frame.ts';
import { judge, type Judgement } from './judge.ts';
import { ACK, distance, FIN, RST, SYN, type Segment } from './segment.ts';
import { NOWHERE, SegmentStore } from './segment-store.ts';

/** A judged connection as it leaves the table. */
export interface JudgedFlow extends Judgement {
  clientAddress: number;
  clientPort: number;
  /** First and last segment, milliseconds on the capture's clock. */
  startedAt: number;
  lastAt: number;
  segments: Segment[];
}

/** A connection that is over stays this long, so that what follows the end still counts. */
const LINGER_MS = 1300;
/** Without any segment for this long a connection is judged as it stands: Linux gives up its FIN after 107 s. */
const FORGOTTEN_MS = 130_000;
/** Segments kept of one connection; beyond it the middle of the data transfer is dropped. */
const MAX_SEGMENTS = 400;

interface Flow {
  clientAddress: number;
  clientPort: number;
  clientStart: number;
  /** The chain of its segments in the store. */
  first: number;
  last: number;
  count: number;
  startedAt: number;
  lastAt: number;
  clientAck: number | undefined;
  clientFinEnd: number | undefined;
  deviceFinEnd: number | undefined;
  clientFinAcked: boolean;
  deviceFinAcked: boolean;
  reset: boolean;
  /** The last word was a RST that its receiver had to accept. */
  endsInReset: boolean;
}

/** Sorts captured frames into connections with one server and judges each when it is over. */
export class FlowTable {
  readonly #server: { address: number; port: number };
  readonly #onJudged: (flow: JudgedFlow) => void;
  readonly #flows = new Map<number, Flow>();
  readonly #store = new SegmentStore();
  /** Objects to be used again. */
  readonly #spare: Flow[] = [];

  constructor(server: { address: number; port: number }, onJudged: (flow: JudgedFlow) => void) {
    this.#server = server;
    this.#onJudged = onJudged;
  }

  /** Connections not judged yet. */
  get size(): number {
    return this.#flows.size;
  }

  /** Takes a frame in the order of capture; `t` in milliseconds. Frames of other hosts and ports are ignored. */
  take(frame: TcpFrame, t: number): void {
    const { address, port } = this.#server;
    const fromDevice = frame.source === address && frame.sourcePort === port;
    if (!fromDevice && (frame.destination !== address || frame.destinationPort !== port)) return;
    const clientAddress = fromDevice ? frame.destination : frame.source;
    const clientPort = fromDevice ? frame.destinationPort : frame.sourcePort;
    const key = clientAddress * 65_536 + clientPort;
    const segment: Segment = {
      t,
      from: fromDevice ? 'device' : 'client',
      flags: frame.flags,
      seq: frame.seq,
      ack: frame.ack,
      win: frame.win,
      len: frame.len,
    };
    let flow = this.#flows.get(key);
    if (!fromDevice && frame.flags & SYN && flow?.clientStart !== frame.seq) {
      if (flow) this.#judge(key, flow, t);
      flow = beginFlow(this.#spare.pop(), clientAddress, clientPort, frame.seq);
      this.#flows.set(key, flow);
    }
    if (!flow) return;
    this.#keep(flow, segment);
    note(flow, segment);
  }

  /** Judges what is over, at time `now` of the capture's clock. */
  sweep(now: number): void {
    for (const [key, flow] of this.#flows) {
      const quiet = now - flow.lastAt;
      if (quiet > FORGOTTEN_MS || (quiet > LINGER_MS && isOver(flow))) this.#judge(key, flow, now);
    }
  }

  /** Judges everything that is left: observation ends. */
  finish(now: number): void {
    for (const [key, flow] of this.#flows) this.#judge(key, flow, now);
  }

  #judge(key: number, flow: Flow, now: number): void {
    this.#flows.delete(key);
    const segments = this.#store.read(flow.first);
    this.#store.release(flow.first, flow.last);
    const { clientAddress, clientPort, startedAt, lastAt } = flow;
    this.#spare.push(flow);
    this.#onJudged({ ...judge(segments, now), clientAddress, clientPort, startedAt, lastAt, segments });
  }

  #keep(flow: Flow, segment: Segment): void {
    if (flow.count === 0) flow.startedAt = segment.t;
    flow.last = this.#store.add(segment, flow.last);
    if (flow.count++ === 0) flow.first = flow.last;
    if (flow.count > MAX_SEGMENTS) this.#dropMiddle(flow);
  }

  #dropMiddle(flow: Flow): void {
    const kept = withoutMiddle(this.#store.read(flow.first));
    this.#store.release(flow.first, flow.last);
    Object.assign(flow, { first: NOWHERE, last: NOWHERE, count: 0 });
    for (const segment of kept) this.#keep(flow, segment);
  }
}

/** `spare`: an object that is not needed any more. */
function beginFlow(spare: Flow | undefined, clientAddress: number, clientPort: number, clientStart: number): Flow {
  const flow: Flow = {
    clientAddress,
    clientPort,
    clientStart,
    first: NOWHERE,
    last: NOWHERE,
    count: 0,
    startedAt: 0,
    lastAt: 0,
    clientAck: undefined,
    clientFinEnd: undefined,
    deviceFinEnd: undefined,
    clientFinAcked: false,
    deviceFinAcked: false,
    reset: false,
    endsInReset: false,
  };
  return spare ? Object.assign(spare, flow) : flow;
}

function note(flow: Flow, segment: Segment): void {
  flow.lastAt = segment.t;
  const fromClient = segment.from === 'client';
  if (fromClient && segment.flags & ACK) flow.clientAck = segment.ack;
  if (segment.flags & RST) {
    // The ACK in a RST of a duel acknowledges nothing that the client could believe.
    flow.reset = true;
    flow.endsInReset = fromClient || flow.clientAck === undefined || segment.seq === flow.clientAck;
    return;
  }
  flow.endsInReset = false;
  const end = (segment.seq + segment.len + 1) >>> 0;
  if (fromClient) {
    if (segment.flags & FIN) flow.clientFinEnd = end;
    if (segment.flags & ACK && covers(segment.ack, flow.deviceFinEnd)) flow.deviceFinAcked = true;
  } else {
    if (segment.flags & FIN) flow.deviceFinEnd = end;
    if (segment.flags & ACK && covers(segment.ack, flow.clientFinEnd)) flow.clientFinAcked = true;
  }
}

const covers = (ack: number, end: number | undefined): boolean => end !== undefined && distance(ack, end) >= 0;

/** Over in the eyes of both sides, or reset; a FIN of the client that nobody acknowledged keeps a reset one open. */
const isOver = (flow: Flow): boolean =>
  flow.reset
    ? flow.clientFinEnd === undefined || flow.clientFinAcked || flow.endsInReset
    : flow.clientFinAcked && flow.deviceFinAcked;

const isMiddle = (segment: Segment): boolean => (segment.flags & (SYN | FIN | RST)) === 0;

function withoutMiddle(segments: Segment[]): Segment[] {
  const head = segments.slice(0, 32);
  const middle = segments.slice(32, -64).filter((segment) => !isMiddle(segment));
  return [...head, ...middle.slice(-MAX_SEGMENTS / 2), ...segments.slice(-64)];
}
