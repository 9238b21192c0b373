/** The format of a recorded scenario. Times are milliseconds after init.lua has returned. */
export interface Scenario {
  name: string;
  title: string;
  device: { lua: string; heap: number; wifiUp: boolean };
  durationMs: number;
  peer: Step[];
  listeners?: ListenerSpec[];
  curveMs?: number;
  observed: Observed;
  compare: Compare;
}

export interface Compare {
  segments: 'order+fields' | 'bytes' | 'curve';
  timeToleranceMs: number;
  timeToleranceRatio?: number;
}

/** A step runs at a time, or some time after the device has sent a matching segment. */
export interface Step {
  at?: number;
  when?: { conn: string; flags: string; not?: string; minLen?: number; nth?: number };
  delayMs?: number;
  send?: SendSpec;
  set?: { conn: string; autoAck: AutoAck };
  check?: string;
  clients?: ClientsSpec;
}

/** Numbers are relative: own SYN = 0, first byte = 1. */
export interface SendSpec {
  conn: string;
  flags: string;
  data?: string;
  fill?: string;
  len?: number;
  seq?: number;
  ack?: number;
  win?: number;
  mss?: number;
  badChecksum?: boolean;
  /** Leaves the peer's own position where it was. */
  stray?: boolean;
  peerPort?: number;
  devicePort?: number;
}

export interface AutoAck {
  delayMs: number;
  /** Acknowledge every Nth segment at once. */
  every?: number;
}

/** A crowd of small reactive clients. */
export interface ClientsSpec {
  conn: string;
  count: number;
  everyMs: number;
  request: string;
  close: 'first' | 'afterEof';
  rttMs: number;
  timeoutMs: number;
}

/** What the peer does with connections that the device opens. */
export interface ListenerSpec {
  port: number;
  conn: string;
  onSyn: 'accept' | 'refuse' | 'ignore';
  delayMs?: number;
  mss?: number;
  autoAck?: AutoAck;
  onData?: { reply?: string; fin?: boolean; delayMs: number };
  onFin?: 'fin';
}

export interface Timed {
  t: number;
  tMin?: number;
  tMax?: number;
}

export interface SegmentRecord extends Timed {
  conn: string;
  dir: 'peer' | 'device';
  flags: string;
  seq: number;
  ack: number;
  len: number;
  win: number;
  mss?: number;
  data?: string | undefined;
  /** `seq` is absolute. */
  seqRaw?: boolean;
}

export interface LineRecord extends Timed {
  text: string;
}

export interface StateRecord extends Timed {
  pcbs: Record<string, number>;
}

export interface CurvePoint {
  t: number;
  heap: number;
  heapRange?: [number, number];
  TIME_WAIT: number;
}

export interface CheckRecord extends Timed {
  label: string;
  heap: number;
  pcbs: Record<string, number>;
}

export interface EndRecord {
  pcbs: Record<string, number> | null;
  heapStart: number;
  heapEnd: number | null;
  rebooted: boolean;
  panic: string | null;
  panicAt?: number;
  restart?: string;
}

interface Observed {
  segments?: SegmentRecord[];
  events?: LineRecord[];
  console?: LineRecord[];
  states?: StateRecord[];
  alternatives?: { segments?: SegmentRecord[]; events?: LineRecord[]; states?: StateRecord[] }[];
  checks?: CheckRecord[];
  curve?: CurvePoint[];
  runs?: { panic: string | null; panicAt?: number; connections?: number; clientResults?: Record<string, number> }[];
  end: EndRecord;
}
