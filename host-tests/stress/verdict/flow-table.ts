import type { TcpFrame } from './frame.ts';
import { judge, type Judgement } from './judge.ts';
import { ACK, distance, FIN, RST, SYN, type Segment } from './segment.ts';

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
  segments: Segment[];
  lastAt: number;
  clientFinEnd: number | undefined;
  deviceFinEnd: number | undefined;
  clientFinAcked: boolean;
  deviceFinAcked: boolean;
  reset: boolean;
}

/** Sorts captured frames into connections with one server and judges each when it is over. */
export class FlowTable {
  readonly #server: { address: number; port: number };
  readonly #onJudged: (flow: JudgedFlow) => void;
  readonly #flows = new Map<number, Flow>();

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
      flow = newFlow(clientAddress, clientPort, frame.seq);
      this.#flows.set(key, flow);
    }
    if (flow) note(flow, segment);
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
    this.#onJudged({
      ...judge(flow.segments, now),
      clientAddress: flow.clientAddress,
      clientPort: flow.clientPort,
      startedAt: flow.segments[0]?.t ?? now,
      lastAt: flow.lastAt,
      segments: flow.segments,
    });
  }
}

function newFlow(clientAddress: number, clientPort: number, clientStart: number): Flow {
  return {
    clientAddress,
    clientPort,
    clientStart,
    segments: [],
    lastAt: 0,
    clientFinEnd: undefined,
    deviceFinEnd: undefined,
    clientFinAcked: false,
    deviceFinAcked: false,
    reset: false,
  };
}

function note(flow: Flow, segment: Segment): void {
  flow.lastAt = segment.t;
  flow.segments.push(segment);
  if (flow.segments.length > MAX_SEGMENTS) flow.segments = withoutMiddle(flow.segments);
  const end = (segment.seq + segment.len + 1) >>> 0;
  if (segment.flags & RST) {
    // The ACK in a RST of a duel acknowledges nothing that the client could believe.
    flow.reset = true;
    return;
  }
  if (segment.from === 'client') {
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
    ? flow.clientFinEnd === undefined || flow.clientFinAcked || quietSinceReset(flow)
    : flow.clientFinAcked && flow.deviceFinAcked;

/** The last word was an acceptable RST: its sequence number is what the client last acknowledged. */
function quietSinceReset(flow: Flow): boolean {
  const last = flow.segments.at(-1);
  if (!last || !(last.flags & RST)) return false;
  if (last.from === 'client') return true;
  const lastAck = flow.segments.findLast((segment) => segment.from === 'client' && segment.flags & ACK);
  return lastAck === undefined || distance(last.seq, lastAck.ack) === 0;
}

const isMiddle = (segment: Segment): boolean => (segment.flags & (SYN | FIN | RST)) === 0;

function withoutMiddle(segments: Segment[]): Segment[] {
  const head = segments.slice(0, 32);
  const middle = segments.slice(32, -64).filter((segment) => !isMiddle(segment));
  return [...head, ...middle.slice(-MAX_SEGMENTS / 2), ...segments.slice(-64)];
}
