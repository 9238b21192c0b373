import type { ReadCapture } from '../../tools/virtual-board/wire/capture-reader.ts';
import { LINKTYPE_ETHERNET } from '../../tools/virtual-board/wire/capture-reader.ts';
import { FlowTable, type JudgedFlow } from '../stress/verdict/flow-table.ts';
import { readTcpFrame } from '../stress/verdict/frame.ts';
import { ACK, SYN } from '../stress/verdict/segment.ts';

/** An address and port as `readTcpFrame` gives them. */
export interface Endpoint {
  address: number;
  port: number;
}

/** A connection of a capture with its verdict. */
export interface CapturedConnection extends JudgedFlow {
  /** Counted from 1 in the order of their first segments. */
  number: number;
  /** Indices of its first and last packet in the capture. */
  firstPacket: number;
  lastPacket: number;
}

const SWEEP_EVERY_MS = 1000;

/** Judges every connection to `server` in a capture. */
export function judgeCapture({ packets, interfaces }: ReadCapture, server: Endpoint): CapturedConnection[] {
  const flows: JudgedFlow[] = [];
  /** Packets of a client at one moment: the first and the last of them. */
  const places = new Map<string, { first: number; last: number }>();
  const table = new FlowTable(server, (flow) => flows.push(flow));
  let sweptAt = -Infinity;
  let now = 0;
  for (const [index, { frame, timeMs, interfaceId }] of packets.entries()) {
    if (interfaces[interfaceId]?.linkType !== LINKTYPE_ETHERNET) continue;
    const segment = readTcpFrame(frame);
    if (!segment) continue;
    now = timeMs;
    table.take(segment, timeMs);
    const fromServer = segment.source === server.address && segment.sourcePort === server.port;
    const key = fromServer
      ? place(segment.destination, segment.destinationPort, timeMs)
      : place(segment.source, segment.sourcePort, timeMs);
    places.set(key, { first: places.get(key)?.first ?? index, last: index });
    if (now - sweptAt < SWEEP_EVERY_MS) continue;
    table.sweep(now);
    sweptAt = now;
  }
  table.finish(now);
  return flows
    .sort((a, b) => a.startedAt - b.startedAt)
    .map((flow, index) => {
      const at = (time: number) => places.get(place(flow.clientAddress, flow.clientPort, time));
      const [firstPacket, lastPacket] = [at(flow.startedAt)?.first ?? -1, at(flow.lastAt)?.last ?? -1];
      return { ...flow, number: index + 1, firstPacket, lastPacket };
    });
}

const place = (address: number, port: number, time: number): string => `${address}:${port}@${time}`;

/** The server that most connections in the capture were opened to; undefined when there are none. */
export function findServer({ packets }: ReadCapture): Endpoint | undefined {
  const counts = new Map<string, { server: Endpoint; syns: number }>();
  for (const { frame } of packets) {
    const segment = readTcpFrame(frame);
    if (!segment || (segment.flags & (SYN | ACK)) !== SYN) continue;
    const server = { address: segment.destination, port: segment.destinationPort };
    const key = `${server.address}:${server.port}`;
    const known = counts.get(key);
    if (known) known.syns++;
    else counts.set(key, { server, syns: 1 });
  }
  return [...counts.values()].sort((a, b) => b.syns - a.syns)[0]?.server;
}

export const addressText = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
