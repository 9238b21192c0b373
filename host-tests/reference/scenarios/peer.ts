import type { Clock } from '../../../tools/virtual-board/clock.ts';
import { parseAddress } from '../../../tools/virtual-board/tcpip/address.ts';
import { read16, read32, write16, write32 } from '../../../tools/virtual-board/tcpip/octets.ts';
import type { Link } from '../../../tools/virtual-board/wire/link.ts';
import { ReactiveClients } from './clients.ts';
import { PeerConnection } from './peer-connection.ts';
import type { ListenerSpec, Scenario, SegmentRecord, SendSpec, Step } from './scenario.ts';
import { decodeFrame, encodeFrame, type Endpoints, type RawSegment } from './wire-format.ts';

const PEER_ADDRESS = parseAddress('192.168.100.50') ?? 0;
const DEVICE_ADDRESS = parseAddress('192.168.100.99') ?? 0;
const PEER_MAC = Uint8Array.from([2, 0, 0, 0, 0, 50]);
const FIRST_PORT = 50_001;

interface Trigger {
  step: Step;
  seen: number;
  fired: boolean;
}

/** The scripted other end of the wire. It has no TCP of its own: it sends what the scenario says. */
export class ScriptedPeer {
  readonly segments: SegmentRecord[] = [];
  readonly clients: ReactiveClients;
  /** Called when a step asks for a look at the device. */
  onCheck: (label: string) => void = () => undefined;
  readonly #clock: Clock;
  readonly #scenario: Scenario;
  readonly #connections = new Map<string, PeerConnection>();
  readonly #triggers: Trigger[] = [];
  readonly #opened = new Map<ListenerSpec, number>();
  #endpoints: Endpoints = {
    mac: PEER_MAC,
    peerMac: new Uint8Array(6),
    address: PEER_ADDRESS,
    peerAddress: DEVICE_ADDRESS,
  };
  #deliver: (frame: Uint8Array) => void = () => undefined;
  #start = 0;
  #ports = 0;

  constructor(clock: Clock, scenario: Scenario) {
    this.#clock = clock;
    this.#scenario = scenario;
    this.clients = new ReactiveClients(clock, (client, spec) => {
      this.send({ ...spec, conn: client });
    });
  }

  /** The device's end of the wire; frames arrive at once. */
  readonly link: Link = {
    send: (frame) => {
      this.#onFrame(frame);
    },
    onFrame: (receiver) => {
      this.#deliver = receiver;
    },
    close: () => undefined,
  };

  /** Begins at the present moment, t = 0. */
  start(): void {
    this.#start = this.#clock.now();
    for (const step of this.#scenario.peer) {
      if (step.when) this.#triggers.push({ step, seen: 0, fired: false });
      else this.#clock.after(step.at ?? 0, () => this.#run(step));
    }
  }

  connection(name: string): PeerConnection | undefined {
    return this.#connections.get(name);
  }

  get now(): number {
    return this.#clock.now() - this.#start;
  }

  send(spec: SendSpec): void {
    const connection = this.#connections.get(spec.conn) ?? this.#open(spec.conn, spec.peerPort, spec.devicePort);
    const segment = connection.encode(spec);
    this.#record(connection, 'peer', segment);
    this.#deliver(encodeFrame(this.#endpoints, segment, spec.badChecksum ?? false));
  }

  #open(name: string, peerPort = FIRST_PORT + this.#ports++, devicePort = 80): PeerConnection {
    const zero = (0x1000_0000 + this.#connections.size * 0x0100_0000) >>> 0;
    const connection = new PeerConnection(name, peerPort, devicePort, zero);
    this.#connections.set(name, connection);
    return connection;
  }

  #run(step: Step): void {
    if (step.send) this.send(step.send);
    if (step.set) {
      const { conn, autoAck } = step.set;
      (this.#connections.get(conn) ?? this.#open(conn)).autoAck = autoAck;
    }
    if (step.check !== undefined) this.onCheck(step.check);
    if (step.clients) this.clients.start(step.clients);
  }

  #record(connection: PeerConnection, dir: 'peer' | 'device', segment: RawSegment): void {
    if (this.#scenario.compare.segments === 'curve') return;
    this.segments.push(connection.record(this.now, dir, segment));
  }

  #onFrame(frame: Uint8Array): void {
    if (read16(frame, 12) === 0x0806) {
      this.#answerArp(frame);
      return;
    }
    const segment = decodeFrame(frame);
    if (!segment) return;
    this.#endpoints = { ...this.#endpoints, peerMac: frame.slice(6, 12) };
    const connection = this.#connectionOf(segment);
    if (!connection) return;
    connection.take(segment);
    this.#record(connection, 'device', segment);
    this.clients.receive(connection, segment);
    this.#acknowledge(connection, segment);
    this.#fire(connection, segment);
  }

  #connectionOf(segment: RawSegment): PeerConnection | undefined {
    for (const connection of this.#connections.values()) {
      const { peerPort, devicePort } = connection;
      if (peerPort === segment.destinationPort && devicePort === segment.sourcePort) {
        this.#serve(connection, segment);
        return connection;
      }
    }
    return this.#accept(segment);
  }

  /** A connection that the device opens: named in order, answered as the listener says. */
  #accept(segment: RawSegment): PeerConnection | undefined {
    const listener = this.#scenario.listeners?.find(({ port }) => port === segment.destinationPort);
    if (!listener || !segment.flags.includes('S')) return undefined;
    const count = (this.#opened.get(listener) ?? 0) + 1;
    this.#opened.set(listener, count);
    const connection = this.#open(`${listener.conn}${count}`, segment.destinationPort, segment.sourcePort);
    connection.autoAck = listener.autoAck;
    if (listener.onSyn === 'ignore') return connection;
    const flags = listener.onSyn === 'accept' ? 'SA' : 'RA';
    const mss = listener.onSyn === 'accept' ? { mss: listener.mss ?? 1460 } : {};
    this.#later(listener.delayMs ?? 0, { conn: connection.name, flags, ...mss });
    return connection;
  }

  /** What a listener does once a connection is there. */
  #serve(connection: PeerConnection, segment: RawSegment): void {
    const listener = this.#scenario.listeners?.find(({ port }) => port === connection.peerPort);
    if (!listener) return;
    const conn = connection.name;
    const { onData } = listener;
    if (onData && segment.data.length > 0) {
      const reply = onData.reply === undefined ? {} : { data: onData.reply };
      this.#later(onData.delayMs, { conn, flags: `${onData.fin ? 'F' : ''}${onData.reply ? 'P' : ''}A`, ...reply });
    }
    if (listener.onFin === 'fin' && segment.flags.includes('F')) {
      // After the automatic acknowledgement, which is scheduled later for the same moment.
      this.#clock.after(0, () => this.#later(listener.delayMs ?? 0, { conn, flags: 'FA' }));
    }
  }

  #later(delayMs: number, spec: SendSpec): void {
    this.#clock.after(delayMs, () => this.send(spec));
  }

  #acknowledge(connection: PeerConnection, segment: RawSegment): void {
    const { autoAck } = connection;
    const counts = segment.data.length > 0 || segment.flags.includes('F');
    if (!autoAck || !counts || segment.flags.includes('R')) return;
    connection.unacknowledged++;
    const acknowledge = (): void => {
      connection.ackScheduled = false;
      if (connection.unacknowledged === 0) return;
      connection.unacknowledged = 0;
      this.send({ conn: connection.name, flags: 'A' });
    };
    if (autoAck.every !== undefined && connection.unacknowledged >= autoAck.every) this.#clock.after(0, acknowledge);
    else if (!connection.ackScheduled) {
      connection.ackScheduled = true;
      this.#clock.after(autoAck.delayMs, acknowledge);
    }
  }

  #fire(connection: PeerConnection, segment: RawSegment): void {
    for (const trigger of this.#triggers) {
      const { when, delayMs } = trigger.step;
      if (!when || trigger.fired || when.conn !== connection.name) continue;
      const matches =
        common(when.flags, segment.flags) === when.flags.length &&
        common(when.not ?? '', segment.flags) === 0 &&
        segment.data.length >= (when.minLen ?? 0);
      if (!matches || ++trigger.seen < (when.nth ?? 1)) continue;
      trigger.fired = true;
      this.#clock.after(delayMs ?? 0, () => this.#run(trigger.step));
    }
  }

  /** The device knows its neighbours from the start, and asks for nobody else. */
  #answerArp(frame: Uint8Array): void {
    const REQUEST = 1;
    this.#endpoints = { ...this.#endpoints, peerMac: frame.slice(6, 12) };
    const target = read32(frame, 38);
    if (read16(frame, 20) !== REQUEST || target === DEVICE_ADDRESS) return;
    const reply = frame.slice(0, 42);
    reply.set(frame.subarray(6, 12), 0);
    reply.set(PEER_MAC, 6);
    write16(reply, 20, 2);
    reply.set(PEER_MAC, 22);
    write32(reply, 28, target);
    reply.set(frame.subarray(22, 28), 32);
    write32(reply, 38, DEVICE_ADDRESS);
    this.#deliver(reply);
  }
}

/** How many letters of `wanted` are in `flags`. */
const common = (wanted: string, flags: string): number =>
  Array.from(wanted).filter((letter) => flags.includes(letter)).length;
