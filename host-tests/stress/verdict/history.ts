import { ACK, distance, endOf, FIN, RST, SYN, type Segment } from './segment.ts';

/** A frame seen twice within this many milliseconds is a duplicate of the network, not a retransmission. */
const DUPLICATE_MS = 20;

interface DeviceReset {
  t: number;
  /** Sequence number is one above the client's last ACK, and not what the client expects: lwIP bug 34111. */
  offByOne: boolean;
  /** Answers the SYN. */
  ofSyn: boolean;
}

/** What the segments of one connection say about its life, side by side with when it was said. */
export interface History {
  syns: number[];
  synAckAt: number | undefined;
  /** Segments without SYN by which the device answered a SYN: the ACK of an older connection. */
  staleAcks: number;
  requestBytes: number;
  requestAcked: boolean;
  /** Data of the client that was sent after the device's FIN had come. */
  lateData: boolean;
  responseBytes: number;
  clientFins: number[];
  clientFinAckedAt: number | undefined;
  clientFinCoversDevice: boolean;
  deviceFins: number[];
  deviceFinAckedAt: number | undefined;
  deviceFinCoversClient: boolean;
  deviceResets: DeviceReset[];
  clientResetAt: number | undefined;
  /** Pure ACKs and FINs of the client after the first RST of the device. */
  answersToReset: number;
  lastAt: number;
}

function newHistory(): History {
  return {
    syns: [],
    synAckAt: undefined,
    staleAcks: 0,
    requestBytes: 0,
    requestAcked: false,
    lateData: false,
    responseBytes: 0,
    clientFins: [],
    clientFinAckedAt: undefined,
    clientFinCoversDevice: false,
    deviceFins: [],
    deviceFinAckedAt: undefined,
    deviceFinCoversClient: false,
    deviceResets: [],
    clientResetAt: undefined,
    answersToReset: 0,
    lastAt: 0,
  };
}

/** Sequence numbers while reading; undefined = not seen yet. */
interface Cursor {
  clientStart: number | undefined;
  requestEnd: number | undefined;
  clientFinEnd: number | undefined;
  clientAck: number | undefined;
  deviceStart: number | undefined;
  deviceEnd: number | undefined;
  /** Of its data that were seen: an ACK or a FIN may run ahead of data that were lost and come again. */
  responseEnd: number | undefined;
  deviceFinEnd: number | undefined;
}

/** Reads the segments of one connection in the order in which they were captured. */
export function readHistory(segments: readonly Segment[]): History {
  const history = newHistory();
  const cursor: Cursor = {
    clientStart: undefined,
    requestEnd: undefined,
    clientFinEnd: undefined,
    clientAck: undefined,
    deviceStart: undefined,
    deviceEnd: undefined,
    responseEnd: undefined,
    deviceFinEnd: undefined,
  };
  for (const segment of segments) {
    history.lastAt = segment.t;
    if (segment.from === 'client') readClient(segment, history, cursor);
    else readDevice(segment, history, cursor);
  }
  return history;
}

function readClient(segment: Segment, history: History, cursor: Cursor): void {
  const { flags, t } = segment;
  if (flags & SYN) {
    cursor.clientStart = segment.seq;
    noteAgain(history.syns, t);
    return;
  }
  if (flags & RST) {
    if (history.synAckAt !== undefined) history.clientResetAt ??= t;
    return;
  }
  const isPureAck = segment.len === 0 && !(flags & FIN);
  if (history.deviceResets.length > 0 && (isPureAck || flags & FIN)) history.answersToReset++;
  if (segment.len > 0) readRequest(segment, history, cursor);
  if (flags & FIN) {
    if (history.clientFins.length === 0) {
      cursor.clientFinEnd = endOf(segment);
      history.clientFinCoversDevice = covers(segment.ack, cursor.deviceFinEnd);
    }
    noteAgain(history.clientFins, t);
  }
  if (flags & ACK) {
    cursor.clientAck = later(cursor.clientAck, segment.ack);
    if (covers(segment.ack, cursor.deviceFinEnd)) history.deviceFinAckedAt ??= t;
  }
}

function readRequest(segment: Segment, history: History, cursor: Cursor): void {
  const end = (segment.seq + segment.len) >>> 0;
  const isNew = cursor.requestEnd === undefined || distance(end, cursor.requestEnd) > 0;
  cursor.requestEnd = later(cursor.requestEnd, end);
  if (cursor.clientStart !== undefined) history.requestBytes = distance(cursor.requestEnd, cursor.clientStart) - 1;
  if (isNew) {
    history.requestAcked = false;
    if (history.deviceFins.length > 0) history.lateData = true;
  }
}

function readDevice(segment: Segment, history: History, cursor: Cursor): void {
  const { flags, t } = segment;
  if (flags & SYN) {
    history.synAckAt ??= t;
    cursor.deviceStart = segment.seq;
    cursor.deviceEnd = later(cursor.deviceEnd, endOf(segment));
    return;
  }
  if (flags & RST) {
    readReset(segment, history, cursor);
    return;
  }
  if (history.synAckAt === undefined) {
    const acksSyn = cursor.clientStart !== undefined && distance(segment.ack, cursor.clientStart) === 1;
    if (!acksSyn) history.staleAcks++;
    return;
  }
  if (segment.len > 0) readResponse(segment, history, cursor);
  cursor.deviceEnd = later(cursor.deviceEnd, endOf(segment));
  if (flags & FIN) {
    if (history.deviceFins.length === 0) {
      cursor.deviceFinEnd = endOf(segment);
      history.deviceFinCoversClient = covers(segment.ack, cursor.clientFinEnd);
    }
    noteAgain(history.deviceFins, t);
  }
  if (covers(segment.ack, cursor.requestEnd)) history.requestAcked = true;
  if (covers(segment.ack, cursor.clientFinEnd)) history.clientFinAckedAt ??= t;
}

function readReset(segment: Segment, history: History, cursor: Cursor): void {
  // Both FINs are acknowledged: an ACK that was late found the socket gone, and nobody has anything left to lose.
  if (history.clientFinAckedAt !== undefined && history.deviceFinAckedAt !== undefined) return;
  const ofSyn = history.synAckAt === undefined;
  const { clientAck } = cursor;
  const offByOne =
    !ofSyn &&
    clientAck !== undefined &&
    distance(segment.seq, clientAck) === 1 &&
    (cursor.deviceEnd === undefined || distance(segment.seq, cursor.deviceEnd) > 0);
  history.deviceResets.push({ t: segment.t, offByOne, ofSyn });
}

function readResponse({ seq, len }: Segment, history: History, cursor: Cursor): void {
  const end = (seq + len) >>> 0;
  const fresh = cursor.responseEnd === undefined ? len : Math.min(len, distance(end, cursor.responseEnd));
  history.responseBytes += Math.max(0, fresh);
  cursor.responseEnd = later(cursor.responseEnd, end);
}

const covers = (ack: number, end: number | undefined): boolean => end !== undefined && distance(ack, end) >= 0;

const later = (known: number | undefined, seen: number): number =>
  known === undefined || distance(seen, known) > 0 ? seen : known;

function noteAgain(times: number[], t: number): void {
  const last = times.at(-1);
  if (last === undefined || t - last >= DUPLICATE_MS) times.push(t);
}
