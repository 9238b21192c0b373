import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VirtualBoard } from '../../tools/virtual-board/board.ts';
import { VirtualClock } from '../../tools/virtual-board/clock.ts';
import type { BoardSnapshot } from '../../tools/virtual-board/inspect.ts';
import type { BoardProfile } from '../../tools/virtual-board/profiles/profile.ts';
import { seededRandom, type Random } from '../../tools/virtual-board/random.ts';
import { MemoryFlash } from '../../tools/virtual-board/serial/memory-flash.ts';
import { ObservedLink } from '../../tools/virtual-board/wire/capture.ts';
import { createWire } from '../../tools/virtual-board/wire/wire.ts';
import { FlowTable, type JudgedFlow } from '../stress/verdict/flow-table.ts';
import { readTcpFrame } from '../stress/verdict/frame.ts';
import { BOARD, LAPTOP, LinuxHost } from './peer/linux-host.ts';
import type { AckPolicy } from './peer/linux-connection.ts';
import type { WatchWire } from './stack/watch.ts';

export interface LaboratoryOptions {
  profile: BoardProfile;
  /** A folder that `last-ack build` wrote. */
  firmware: string;
  /** The line on the serial console after which the load may begin. */
  ready: string;
  seed: number;
  policy?: AckPolicy;
  watch: WatchWire;
  /** Further files on the device, by name. */
  files: Readonly<Record<string, string>>;
  /** Who is the server of the connections that are judged, and on which port. */
  judged: 'board' | 'laptop';
  port: number;
}

/** The board at a moment of the laboratory's clock. */
export type TimedSnapshot = BoardSnapshot & { at: number };

/** A board, a laptop and the cable between them, in virtual time: an hour takes seconds, the same seed the same trace. */
export class Laboratory {
  readonly clock = new VirtualClock();
  readonly laptop: LinuxHost;
  readonly board: VirtualBoard;
  readonly random: Random;
  readonly judged: JudgedFlow[] = [];
  readonly console: string[] = [];
  readonly samples: TimedSnapshot[] = [];
  /** When the load may begin, on the clock. */
  startedAt = 0;
  resets = 0;
  readonly #flows: FlowTable;

  constructor(options: LaboratoryOptions) {
    const { profile, firmware, files, seed, policy, judged, port, watch } = options;
    this.random = seededRandom(seed);
    this.#flows = new FlowTable({ address: (judged === 'board' ? BOARD : LAPTOP) >>> 0, port }, (flow) => {
      this.judged.push(flow);
    });
    const [boardEnd, laptopEnd] = createWire(this.clock);
    const observed = new ObservedLink(boardEnd);
    watch(observed, this.clock);
    observed.observe((_direction, frame) => {
      const segment = readTcpFrame(frame);
      if (segment) this.#flows.take(segment, this.clock.now());
    });
    this.laptop = new LinuxHost({ clock: this.clock, random: this.random, link: laptopEnd, ...(policy && { policy }) });
    this.board = new VirtualBoard({
      profile,
      clock: this.clock,
      random: this.random,
      flash: new MemoryFlash(),
      link: observed,
      speed: 'host',
      files: { ...readFirmware(firmware), ...encode(files) },
    });
    this.board.onEvent((event) => {
      if (event.type === 'serial') this.console.push(event.text);
      if (event.type === 'reset') this.resets++;
    });
    this.board.powerOn();
    this.#untilReady(options.ready);
  }

  /** Runs for `ms` of virtual time, sampling the board every `sampleMs`. */
  run(ms: number, sampleMs = 250): void {
    const end = this.clock.now() + ms;
    while (this.clock.now() < end) {
      this.clock.runUntil(Math.min(end, this.clock.now() + sampleMs));
      this.samples.push({ ...this.board.snapshot(), at: this.clock.now() });
      this.#flows.sweep(this.clock.now());
    }
  }

  /** Ends observation: every connection has its verdict afterwards. */
  finish(): void {
    this.#flows.finish(this.clock.now());
    this.board.close();
  }

  #untilReady(line: string): void {
    const deadline = this.clock.now() + 20_000;
    while (!this.console.join('').includes(line)) {
      if (this.clock.now() > deadline)
        throw new Error(`no "${line}" on the console: ${this.console.join('').slice(-500)}`);
      this.clock.runUntil(this.clock.now() + 50);
    }
    this.startedAt = this.clock.now();
    this.resets = 0;
  }
}

/** The files that the build's manifest lists; others in the folder are leftovers. */
function readFirmware(folder: string): Record<string, Uint8Array> {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { files: { name: string }[] };
  return Object.fromEntries(manifest.files.map(({ name }) => [name, readFileSync(join(folder, name))]));
}

const encode = (files: Readonly<Record<string, string>>): Record<string, Uint8Array> =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [name, new TextEncoder().encode(text)]));
