import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from '../../tools/build/build.ts';
import { VirtualBoard } from '../../tools/virtual-board/board.ts';
import { VirtualClock } from '../../tools/virtual-board/clock.ts';
import type { BoardEvent } from '../../tools/virtual-board/inspect.ts';
import { createNetwork } from '../../tools/virtual-board/modules/network.ts';
import { findProfile } from '../../tools/virtual-board/profiles/index.ts';
import { seededRandom } from '../../tools/virtual-board/random.ts';
import { MemoryFlash } from '../../tools/virtual-board/serial/memory-flash.ts';
import { parseAddress } from '../../tools/virtual-board/tcpip/address.ts';
import type { Pcb, TcpEvents } from '../../tools/virtual-board/tcpip/pcb.ts';
import { TcpIp } from '../../tools/virtual-board/tcpip/stack.ts';
import { applyFaults, parseFaults } from '../../tools/virtual-board/wire/faults/spec.ts';
import { ObservedLink } from '../../tools/virtual-board/wire/capture.ts';
import { createWire } from '../../tools/virtual-board/wire/wire.ts';

const BOARD_ADDRESS = parseAddress('192.168.100.99') ?? 0;
const CLIENT_ADDRESS = parseAddress('192.168.100.1') ?? 0;
const NETMASK = parseAddress('255.255.255.0') ?? 0;
const CLIENT_MAC = Uint8Array.of(0x02, 0x1a, 0xac, 0, 0, 2);

const FIRST_PORT = 1024;
const PORTS = 64_000;

export type BoardFiles = Record<string, Uint8Array>;

/** Compiles firmware as `last-ack build` does and gives the files for the board. */
export async function compileFirmware(entry = 'src/main.ts'): Promise<BoardFiles> {
  const outDir = mkdtempSync(path.join(tmpdir(), 'last-ack-firmware-'));
  try {
    const { manifest } = await build({ project: 'firmware', entry, outDir });
    return Object.fromEntries(manifest.files.map(({ name }) => [name, readFileSync(path.join(outDir, name))]));
  } finally {
    rmSync(outDir, { recursive: true });
  }
}

export interface LabOptions {
  files: BoardFiles;
  profile?: string;
  seed?: number;
  /** As `last-ack board --faults`; the default is a round trip of 2 ms. */
  faults?: string;
  heap?: number;
  /** Told of each frame that the board sends or gets. */
  onFrame?: (direction: 'rx' | 'tx', frame: Uint8Array) => void;
}

/** A virtual board and a client stack without bugs on one wire, in virtual time. */
export class Lab {
  readonly clock = new VirtualClock();
  readonly board: VirtualBoard;
  readonly client: TcpIp;
  /** Of the next connection. */
  readonly #localPorts: [number, number] = [FIRST_PORT, FIRST_PORT];
  /** All that came over the serial line. */
  log = '';
  readonly events: BoardEvent[] = [];

  constructor({ files, profile = 'nodemcu-3.0', seed = 1, faults = 'delay=1ms', heap, onFrame }: LabOptions) {
    const { clock } = this;
    const random = seededRandom(seed);
    const [boardEnd, clientEnd] = createWire(clock);
    const faulty = faults === '' ? boardEnd : applyFaults(boardEnd, parseFaults(faults), clock, random);
    const link = new ObservedLink(faulty);
    if (onFrame) link.observe(onFrame);
    this.client = new TcpIp({
      link: clientEnd,
      clock,
      random,
      mac: CLIENT_MAC,
      tcp: { ...findProfile('correct').tcp, localPorts: this.#localPorts },
      ttl: 64,
    });
    this.client.setAddress(CLIENT_ADDRESS, NETMASK, CLIENT_ADDRESS);
    this.board = new VirtualBoard({
      ...{ profile: findProfile(profile), clock, random, flash: new MemoryFlash(), link, speed: 'host', files },
      network: createNetwork,
      ...(heap !== undefined && { heap }),
    });
    this.board.serial.onData((bytes) => (this.log += Buffer.from(bytes).toString('latin1')));
    this.board.onEvent((event) => {
      if (event.type === 'reset' || event.type === 'panic') this.events.push(event);
    });
  }

  /**
   * Opens a connection from the port after the last one's, as desktops nearly do: a random one would now and then be in
   * TIME_WAIT on the board still, and there such a SYN stalls.
   */
  connect(events: TcpEvents, port: number): Pcb {
    const pcb = this.client.createPcb(events);
    if (!pcb) throw new Error('the client stack has no limit on memory, yet no control block');
    this.client.connect(pcb, BOARD_ADDRESS, port);
    const next = FIRST_PORT + ((this.#localPorts[0] + 1 - FIRST_PORT) % PORTS);
    this.#localPorts.fill(next);
    return pcb;
  }

  /** Takes what a client has received, one character per byte. */
  read(pcb: Pcb, chunks: readonly Uint8Array[]): string {
    for (const { length } of chunks) this.client.recved(pcb, length);
    return chunks.map((chunk) => Buffer.from(chunk).toString('latin1')).join('');
  }

  /** Switches on and runs until the server listens. */
  boot(): void {
    this.board.powerOn();
    if (!this.runUntil(() => this.log.includes('listening on'), 20_000)) throw new Error(`no server:\n${this.log}`);
    this.run(100);
  }

  run(milliseconds: number): void {
    this.clock.runUntil(this.clock.now() + milliseconds);
  }

  /** Runs until `isDone`; false when that takes longer than `limitMs`. */
  runUntil(isDone: () => boolean, limitMs: number): boolean {
    const end = this.clock.now() + limitMs;
    while (!isDone()) {
      if (this.clock.now() >= end || !this.clock.step()) return false;
    }
    return true;
  }

  /** Resets of the board since it was switched on. */
  get restarts(): number {
    return this.events.filter(({ type }) => type === 'reset').length - 1;
  }

  close(): void {
    this.client.stop();
    this.board.close();
  }
}
