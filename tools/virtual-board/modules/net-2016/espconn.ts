import type { Ipv4Address } from '../../tcpip/address.ts';
import { Err } from '../../tcpip/errors.ts';
import { concat } from '../../tcpip/octets.ts';
import type { Listener, Pcb, TcpEvents } from '../../tcpip/pcb.ts';
import { freePcb } from '../../tcpip/pcb-table.ts';
import type { TcpIp } from '../../tcpip/stack.ts';
import { State } from '../../tcpip/tcp-state.ts';
import type { NetProfile } from '../../profiles/profile.ts';
import type { DeviceHeap } from '../../heap.ts';

/** Slow ticks between two looks at an idle connection (tcp_poll in espconn_tcp_accept). */
const POLL_TICKS = 8;

/** Callbacks of a connection; none may throw but for a Lua error, which is a panic. */
export interface EspconnCallbacks {
  readonly connected: (connection: EspConnection) => void;
  readonly received: (connection: EspConnection, data: Uint8Array) => void;
  readonly sent: (connection: EspConnection) => void;
  /** After a close of ours or of the peer, from a task. */
  readonly disconnected: (connection: EspConnection) => void;
  /** After a reset or a timeout, from a task. */
  readonly reconnected: (connection: EspConnection) => void;
}

/** Data of the one send that may be under way. */
interface Sending {
  readonly data: Uint8Array;
  written: number;
  acknowledged: number;
}

export interface EspConnection {
  readonly pcb: Pcb;
  readonly callbacks: EspconnCallbacks;
  /** Seconds times two until a silent peer is dropped; 0 = never. */
  readonly timeout: number;
  /** Whose connection this is. */
  owner: unknown;
  sending: Sending | undefined;
  isClosed: boolean;
  isHeld: boolean;
  heldBytes: number;
  idlePolls: number;
  charged: number;
}

/** Espressif's layer over lwIP, as app/lwip/app/espconn_tcp.c of August 2016 has it. */
export class Espconn {
  readonly #stack: TcpIp;
  readonly #heap: DeviceHeap;
  readonly #profile: NetProfile;
  readonly #post: (task: () => void) => void;

  /** `post` runs a task as soon as the work in hand is done, before the next frame. */
  constructor(stack: TcpIp, heap: DeviceHeap, profile: NetProfile, post: (task: () => void) => void) {
    this.#post = post;
    this.#stack = stack;
    this.#heap = heap;
    this.#profile = profile;
  }

  accept(port: number, timeout: number, callbacks: EspconnCallbacks): Listener | Err {
    const events: TcpEvents = {
      ...this.#events,
      accepted: (pcb) => {
        const connection = this.#attach(pcb, timeout, callbacks);
        if (!connection) return Err.memory;
        pcb.pollTicks = POLL_TICKS;
        callbacks.connected(connection);
        return Err.ok;
      },
    };
    return this.#stack.listen(0, port, events);
  }

  /** Undefined = out of memory. */
  connect(address: Ipv4Address, port: number, callbacks: EspconnCallbacks): EspConnection | undefined {
    const pcb = this.#stack.createPcb(this.#events);
    const connection = pcb && this.#attach(pcb, 0, callbacks);
    if (connection) this.#stack.connect(connection.pcb, address, port);
    return connection;
  }

  /** False, and nothing more, when a send is under way already: the data is lost without a word. */
  send(connection: EspConnection, data: Uint8Array): boolean {
    if (connection.isClosed || connection.sending || data.length === 0) return false;
    connection.sending = { data, written: 0, acknowledged: 0 };
    this.#write(connection, connection.sending);
    return true;
  }

  disconnect(connection: EspConnection): void {
    if (connection.isClosed) return;
    if (this.#stack.close(connection.pcb) !== Err.ok) return;
    connection.isClosed = true;
    connection.pcb.pollTicks = 0;
    this.#later(connection, connection.callbacks.disconnected);
  }

  hold(connection: EspConnection): void {
    connection.isHeld = true;
  }

  unhold(connection: EspConnection): void {
    if (!connection.isHeld) return;
    connection.isHeld = false;
    this.#stack.recved(connection.pcb, connection.heldBytes);
    connection.heldBytes = 0;
  }

  #attach(pcb: Pcb, timeout: number, callbacks: EspconnCallbacks): EspConnection | undefined {
    const charged = this.#heap.reserve(this.#profile.connectionSize);
    if (charged === 0) return undefined;
    const connection: EspConnection = {
      ...{ pcb, callbacks, timeout, charged, owner: undefined, sending: undefined },
      ...{ isClosed: false, isHeld: false, heldBytes: 0, idlePolls: 0 },
    };
    pcb.owner = connection;
    return connection;
  }

  readonly #events: TcpEvents = {
    accepted: () => Err.argument,
    connected: (pcb) => {
      const connection = pcb.owner as EspConnection;
      connection.callbacks.connected(connection);
      return Err.ok;
    },
    received: (pcb, chunks) => this.#received(pcb, pcb.owner as EspConnection, chunks),
    sent: (pcb, bytes) => {
      this.#sent(pcb.owner as EspConnection, bytes);
      return Err.ok;
    },
    failed: (pcb) => {
      const connection = pcb.owner as EspConnection | undefined;
      if (!connection || connection.isClosed) return;
      connection.isClosed = true;
      this.#later(connection, connection.callbacks.reconnected);
    },
    polled: (pcb) => {
      this.#polled(pcb, pcb.owner as EspConnection);
    },
  };

  #received(pcb: Pcb, connection: EspConnection, chunks: readonly Uint8Array[] | undefined): Err {
    const size = chunks?.reduce((sum, chunk) => sum + chunk.length, 0) ?? 0;
    if (connection.isHeld && !connection.isClosed) connection.heldBytes += size;
    else this.#stack.recved(pcb, size);
    if (connection.isClosed) return Err.ok;
    connection.idlePolls = 0;
    if (chunks) connection.callbacks.received(connection, concat(chunks));
    else this.disconnect(connection);
    return Err.ok;
  }

  #sent(connection: EspConnection, bytes: number): void {
    const { sending } = connection;
    if (connection.isClosed || !sending) return;
    connection.idlePolls = 0;
    sending.acknowledged += bytes;
    this.#write(connection, sending);
    if (sending.acknowledged < sending.data.length) return;
    connection.sending = undefined;
    connection.callbacks.sent(connection);
  }

  /** Hands over as much as fits; half as much when there is no memory for it. */
  #write(connection: EspConnection, sending: Sending): void {
    const { pcb } = connection;
    while (sending.written < sending.data.length && pcb.sendSpace > 0) {
      let length = Math.min(pcb.sendSpace, 2 * pcb.mss, sending.data.length - sending.written);
      const chunk = (): Uint8Array => sending.data.subarray(sending.written, sending.written + length);
      while (length > 0 && this.#stack.write(pcb, chunk()) !== Err.ok) length >>= 1;
      if (length === 0) break;
      sending.written += length;
      this.#stack.output(pcb);
    }
  }

  #polled(pcb: Pcb, connection: EspConnection): void {
    if (pcb.state !== State.established) {
      this.disconnect(connection);
    } else if (connection.timeout !== 0 && ++connection.idlePolls >= connection.timeout) {
      connection.idlePolls = 0;
      this.disconnect(connection);
    }
  }

  /** espconn_Task */
  #later(connection: EspConnection, callback: (connection: EspConnection) => void): void {
    this.#post(() => {
      this.#killOldest();
      this.#heap.release(connection.charged);
      connection.charged = 0;
      callback(connection);
    });
  }

  #killOldest(): void {
    const limit = this.#profile.quirks.killsOldestAt;
    if (limit === 0) return;
    const { counts } = this.#stack.tcp;
    const count = (state: State): number => counts[state] ?? 0;
    const closing = count(State.finWait1) + count(State.finWait2) + count(State.lastAck);
    if (closing >= limit) this.#freeOldestOfEach();
    if (count(State.timeWait) >= limit) this.#freeOldestOfEach();
  }

  #freeOldestOfEach(): void {
    const { tcp } = this.#stack;
    this.#freeOldest(tcp.timeWait.first, () => true);
    if (!this.#profile.quirks.killsClosing) return;
    this.#freeOldest(tcp.active.first, ({ state }) => state === State.finWait1 || state === State.finWait2);
    this.#freeOldest(tcp.active.first, ({ state }) => state === State.lastAck);
  }

  /** The one longest without a sign of life, among equals the last in the list; its peer is told nothing. */
  #freeOldest(first: Pcb | undefined, isCandidate: (pcb: Pcb) => boolean): void {
    const { tcp } = this.#stack;
    let oldest: Pcb | undefined;
    for (let pcb = first; pcb; pcb = pcb.next) {
      if (isCandidate(pcb) && (!oldest || tcp.ticks - pcb.touchedTick >= tcp.ticks - oldest.touchedTick)) oldest = pcb;
    }
    if (oldest) freePcb(tcp, oldest);
  }
}
