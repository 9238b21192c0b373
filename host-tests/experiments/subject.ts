import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VirtualBoard } from '../../tools/virtual-board/board.ts';
import type { Clock } from '../../tools/virtual-board/clock.ts';
import type { BoardProfile } from '../../tools/virtual-board/profiles/profile.ts';
import type { Random } from '../../tools/virtual-board/random.ts';
import type { BoardEvent } from '../../tools/virtual-board/inspect.ts';
import { MemoryFlash } from '../../tools/virtual-board/serial/memory-flash.ts';
import { ObservedLink } from '../../tools/virtual-board/wire/capture.ts';
import type { Link } from '../../tools/virtual-board/wire/link.ts';
import { FlowTable, type JudgedFlow } from '../stress/verdict/flow-table.ts';
import { readTcpFrame } from '../stress/verdict/frame.ts';
import type { Program } from './experiment.ts';
import type { Observation, Sample } from './observation.ts';
import { BOARD, LAPTOP } from './peer/linux-host.ts';
import type { WatchWire } from './stack/watch.ts';

export interface SubjectOptions {
  profile: BoardProfile;
  /** A folder that `last-ack build` wrote. */
  firmware: string;
  /** Numbers for the program. */
  settings: Program['settings'];
  clock: Clock;
  random: Random;
  /** The board's end of the cable. */
  link: Link;
  /** Who is the server of the connections that are judged, and on which port. */
  judged: 'board' | 'laptop';
  port: number;
  watch: WatchWire;
}

/** A virtual board under observation: its heap, its control blocks, its console, and how its connections end. */
export class Subject {
  readonly board: VirtualBoard;
  readonly #clock: Clock;
  readonly #flows: FlowTable;
  readonly #judged: JudgedFlow[] = [];
  readonly #samples: Sample[] = [];
  readonly #timeWaitSince: number[] = [];
  #shortestTimeWait = Infinity;
  #console = '';
  #restarts = 0;
  #startedAt = 0;
  #heapAtStart = 0;

  constructor({ profile, firmware, settings, clock, random, link, judged, port, watch }: SubjectOptions) {
    this.#clock = clock;
    this.#flows = new FlowTable({ address: (judged === 'board' ? BOARD : LAPTOP) >>> 0, port }, (flow) => {
      this.#judged.push(flow);
    });
    const observed = new ObservedLink(link);
    watch(observed, clock);
    observed.observe((_direction, frame) => {
      const segment = readTcpFrame(frame);
      if (segment) this.#flows.take(segment, clock.now());
    });
    this.board = new VirtualBoard({
      ...{ profile, clock, random, link: observed, speed: 'host' },
      flash: new MemoryFlash(),
      files: { ...readFirmware(firmware), ...settingsFile(settings) },
    });
    this.board.onEvent((event) => {
      if (event.type === 'serial') this.#console += event.text;
      if (event.type === 'reset') this.#restarts++;
    });
    this.board.onEvent((event) => this.#noteTimeWait(event), { pcb: true });
    this.board.powerOn();
  }

  /** Whether `line` has come over the console. @throws Error when 20 s after power-on it has not. */
  hasSaid(line: string): boolean {
    if (this.#console.includes(line)) return true;
    if (this.board.snapshot().timeMs < 20_000) return false;
    throw new Error(`no "${line}" on the console: ${this.#console.slice(-500)}`);
  }

  /** The load begins now. */
  begin(): void {
    this.#startedAt = this.#clock.now();
    this.#restarts = 0;
    this.#heapAtStart = this.board.snapshot({ collect: true }).heap;
  }

  sample(): void {
    const { heap, pcbs } = this.board.snapshot();
    this.#samples.push({ t: this.#clock.now() - this.#startedAt, heap, pcbs });
    this.#flows.sweep(this.#clock.now());
  }

  /** How long TIME_WAIT lasts. All last the same, so the oldest ends first; one that ended early would show. */
  #noteTimeWait(event: BoardEvent): void {
    if (event.type === 'reset') this.#timeWaitSince.length = 0;
    if (event.type !== 'pcb') return;
    if (event.to === 'TIME_WAIT') this.#timeWaitSince.push(event.t);
    if (event.from !== 'TIME_WAIT') return;
    const since = this.#timeWaitSince.shift() ?? event.t;
    this.#shortestTimeWait = Math.min(this.#shortestTimeWait, event.t - since);
  }

  /** Ends observation and switches the board off: every connection has its verdict. */
  finish(): Omit<Observation, 'served' | 'transferMs' | 'transferred' | 'lastAck'> {
    const heapAtEnd = this.board.snapshot({ collect: true }).heap;
    // Switched off, the board forgets every control block.
    const measures = { shortestTimeWait: this.#shortestTimeWait };
    this.#flows.finish(this.#clock.now());
    this.board.close();
    return {
      flows: this.#judged.toSorted((a, b) => a.startedAt - b.startedAt),
      restarts: this.#restarts,
      samples: this.#samples,
      heapAtStart: this.#heapAtStart,
      heapAtEnd,
      measures,
      elapsedMs: this.#clock.now() - this.#startedAt,
    };
  }
}

/** The files that the build's manifest lists; others in the folder are leftovers. */
function readFirmware(folder: string): Record<string, Uint8Array> {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { files: { name: string }[] };
  return Object.fromEntries(manifest.files.map(({ name }) => [name, readFileSync(join(folder, name))]));
}

/** A file that returns a Lua table. */
function settingsFile(settings: Program['settings']): Record<string, Uint8Array> {
  if (!settings) return {};
  const fields = Object.entries(settings.values).map(([name, value]) => `${name}=${value}`);
  return { [settings.file]: new TextEncoder().encode(`return {${fields.join(',')}}`) };
}
