import type { ControlClient, ControlMethod } from './control.ts';
import type { BoardEvent, BoardSnapshot } from './inspect.ts';
import type { SerialLine } from './serial/line.ts';
import { ObservedLink } from './wire/capture.ts';

/** What the control socket may do with a board. */
export interface ControlledBoard {
  readonly serial: SerialLine;
  reset(cause: string): void;
  snapshot(options?: { collect?: boolean }): BoardSnapshot;
  /** Events of type `pcb` only with `pcb`. */
  onEvent(receiver: (event: BoardEvent) => void, options?: { pcb?: boolean }): () => void;
  setInput(gpio: number, level: 0 | 1): void;
}

/** What the control socket may do with the network around the board. */
export interface ControlledNetwork {
  /** Where frames are observed, on the board's side of the faults; undefined for a board without network. */
  point: ObservedLink | undefined;
  now(): number;
  /** Wi-Fi drop and return. */
  setAccessPoint(up: boolean): void;
  startCapture(path: string): void;
  /** Returns the number of packets written. */
  stopCapture(): number;
  /** Local port of every connection through the gateway, by the port of its client on the virtual side. */
  gatewayPorts(): Record<number, number>;
}

type EventType = BoardEvent['type'];

/** Everything but `pcb`: a busy server has tens of thousands of those in a second. */
const quietEvents: readonly EventType[] = ['reset', 'pin', 'serial', 'panic', 'wifi'];
/** Unsent bytes above which a stream of frames leaves frames out instead of eating memory. */
const STREAM_BACKLOG = 32 * 1024 * 1024;

export function controlMethods(board: ControlledBoard, network: ControlledNetwork): Map<string, ControlMethod> {
  return new Map<string, ControlMethod>([
    ['snapshot', ({ collect }) => board.snapshot({ collect: collect === true })],
    ['subscribe', ({ types }, client) => subscribe(board, client, eventTypes(types))],
    ['lines', ({ dtr, rts }) => board.serial.setLines({ dtr: flag('dtr', dtr), rts: flag('rts', rts) })],
    ['baud', ({ rate }) => board.serial.setBaudRate(positive('rate', rate))],
    ['reset', () => board.reset('external')],
    ['input', ({ gpio, level }) => board.setInput(integer('gpio', gpio), flag('level', level) ? 1 : 0)],
    ['wifi', ({ up }) => network.setAccessPoint(flag('up', up))],
    ['capture', (params) => capture(network, params)],
    ['frames', (_params, client) => streamFrames(network, client)],
    ['gateway', () => network.gatewayPorts()],
  ]);
}

function subscribe(board: ControlledBoard, client: ControlClient, types: readonly EventType[]): void {
  const wanted = new Set(types);
  const push = (event: BoardEvent): void => {
    if (wanted.has(event.type)) client.push({ event });
  };
  client.onEnd(board.onEvent(push, { pcb: wanted.has('pcb') }));
}

function capture(network: ControlledNetwork, { path, stop }: Readonly<Record<string, unknown>>): unknown {
  if (stop === true) return { packets: network.stopCapture() };
  if (typeof path !== 'string' || path === '') throw new Error('capture needs {"path": "..."} or {"stop": true}');
  network.startCapture(path);
  return {};
}

function streamFrames(network: ControlledNetwork, client: ControlClient): void {
  const { point } = network;
  if (!point) throw new Error('this board has no network');
  let dropped = 0;
  client.onEnd(
    point.observe((dir, frame) => {
      if (client.backlog > STREAM_BACKLOG) {
        dropped++;
        return;
      }
      const base64 = Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString('base64');
      client.push({ frame: { t: network.now(), dir, base64, ...(dropped > 0 && { dropped }) } });
      dropped = 0;
    }),
  );
}

function eventTypes(types: unknown): readonly EventType[] {
  if (types === undefined) return quietEvents;
  const known = [...quietEvents, 'pcb'];
  if (!Array.isArray(types) || !types.every((type) => known.includes(type as EventType)))
    throw new Error(`types must be a list of ${known.join(', ')}`);
  return types as EventType[];
}

function flag(name: string, value: unknown): boolean {
  if (value === true || value === 1) return true;
  if (value === false || value === 0) return false;
  throw new Error(`${name} must be true or false`);
}

function integer(name: string, value: unknown): number {
  if (Number.isInteger(value)) return value as number;
  throw new Error(`${name} must be an integer`);
}

function positive(name: string, value: unknown): number {
  if (typeof value === 'number' && value > 0) return value;
  throw new Error(`${name} must be a positive number`);
}
