import { VirtualBoard } from '../../../tools/virtual-board/board.ts';
import { VirtualClock } from '../../../tools/virtual-board/clock.ts';
import { createNetwork } from '../../../tools/virtual-board/modules/network.ts';
import { findProfile } from '../../../tools/virtual-board/profiles/index.ts';
import type { BoardEvent } from '../../../tools/virtual-board/inspect.ts';
import { seededRandom } from '../../../tools/virtual-board/random.ts';
import { MemoryFlash } from '../../../tools/virtual-board/serial/memory-flash.ts';
import { ScriptedPeer } from './peer.ts';
import type {
  CheckRecord,
  CurvePoint,
  EndRecord,
  LineRecord,
  Scenario,
  SegmentRecord,
  StateRecord,
} from './scenario.ts';

/** What a virtual board did in a scenario; the same shape as a recording. */
export interface Observation {
  segments: SegmentRecord[];
  events: LineRecord[];
  console: LineRecord[];
  states: StateRecord[];
  checks: CheckRecord[];
  curve: CurvePoint[];
  clientResults: Record<string, number>;
  /** Bytes that the device has sent, by connection. */
  received(connection: string): string;
  end: EndRecord;
  panicAt: number | undefined;
}

const EVENT = 'EV:';
const STATION = { ssid: 'lab', ip: '192.168.100.99', netmask: '255.255.255.0', gateway: '192.168.100.1' };

/** Plays a scenario on a virtual board in virtual time. The seed sets the phase of the board's timers. */
export const observe = (scenario: Scenario, profile: string, seed: number): Observation =>
  new Observer(scenario, profile, seed).run();

class Observer {
  readonly #clock = new VirtualClock();
  readonly #scenario: Scenario;
  readonly #peer: ScriptedPeer;
  readonly #board: VirtualBoard;
  readonly #end: EndRecord = { pcbs: {}, heapStart: 0, heapEnd: null, rebooted: false, panic: null };
  readonly #lines: LineRecord[] = [];
  readonly #states: StateRecord[] = [];
  readonly #checks: CheckRecord[] = [];
  readonly #curve: CurvePoint[] = [];
  #panicAt: number | undefined;
  #hasStarted = false;
  #isOver = false;
  #text = '';

  constructor(scenario: Scenario, profileName: string, seed: number) {
    const clock = this.#clock;
    this.#scenario = scenario;
    this.#peer = new ScriptedPeer(clock, scenario);
    const profile = findProfile(profileName);
    this.#board = new VirtualBoard({
      profile,
      clock,
      random: seededRandom(seed),
      flash: new MemoryFlash(),
      link: this.#peer.link,
      speed: 'host',
      accessPoint: { ssid: STATION.ssid },
      files: { 'init.lua': Buffer.from(scenario.device.lua, 'latin1') },
      // Recordings give the heap before the firmware starts, boards the one that it leaves to Lua.
      heap: scenario.device.heap - profile.heap.luaAtBoot,
      network: (host, options) => createNetwork(host, options, scenario.device.wifiUp ? STATION : undefined),
    });
  }

  run(): Observation {
    this.#boot();
    this.#start();
    while (!this.#isOver && this.#clock.step()) this.#sampleStates();
    return this.#conclude();
  }

  get #now(): number {
    return this.#hasStarted ? this.#peer.now : 0;
  }

  /** Until init.lua has returned; what the firmware says of itself is not recorded. */
  #boot(): void {
    this.#board.onEvent((event) => {
      this.#onEvent(event);
    });
    this.#board.powerOn();
    while (this.#board.snapshot().mode !== 'running' && this.#clock.step());
    this.#hasStarted = true;
    this.#lines.splice(0, this.#lines.findIndex(({ text }) => text.startsWith('NodeMCU')) + 1);
  }

  #start(): void {
    this.#peer.onCheck = (label) => {
      const { heap, pcbs } = this.#board.snapshot({ collect: true });
      this.#checks.push({ t: this.#now, label, heap, pcbs });
    };
    this.#peer.start();
    this.#end.heapStart = this.#board.snapshot().heap;
    if (this.#scenario.curveMs !== undefined) this.#sampleCurve(this.#scenario.curveMs);
    this.#sampleStates();
    this.#clock.after(this.#scenario.durationMs, () => {
      this.#isOver = true;
    });
  }

  #onEvent(event: BoardEvent): void {
    if (event.type === 'serial') {
      this.#print(event.text);
    } else if (event.type === 'panic') {
      this.#end.panic = event.message;
      this.#panicAt = this.#now;
      this.#reboot();
    } else if (event.type === 'reset' && this.#hasStarted) {
      this.#end.restart = event.cause === 'software' ? 'system_restart' : event.cause;
      this.#reboot();
    }
  }

  #reboot(): void {
    this.#end.rebooted = true;
    this.#isOver = true;
  }

  #print(text: string): void {
    const whole = (this.#text + text).split('\n');
    this.#text = whole.pop() ?? '';
    // The prompt has no line of its own.
    for (const line of whole) this.#lines.push({ t: this.#now, text: line.replace(/^(> )+/, '').trimEnd() });
  }

  #sampleStates(): void {
    if (this.#scenario.compare.segments === 'curve' || this.#end.rebooted) return;
    const { pcbs } = this.#board.snapshot();
    const last = this.#states.at(-1);
    if (!last || JSON.stringify(last.pcbs) !== JSON.stringify(pcbs)) this.#states.push({ t: this.#now, pcbs });
  }

  #sampleCurve(everyMs: number): void {
    const { heap, pcbs } = this.#board.snapshot();
    this.#curve.push({ t: this.#now, heap, TIME_WAIT: pcbs.TIME_WAIT ?? 0 });
    this.#clock.after(everyMs, () => {
      this.#sampleCurve(everyMs);
    });
  }

  #conclude(): Observation {
    const { heap, pcbs } = this.#board.snapshot();
    const { rebooted } = this.#end;
    this.#board.close();
    return {
      segments: this.#peer.segments,
      events: this.#lines.filter(({ text }) => text.startsWith(EVENT)),
      console: this.#lines.filter(({ text }) => !text.startsWith(EVENT) && !text.startsWith('PANIC')),
      states: this.#states,
      checks: this.#checks,
      curve: this.#curve,
      clientResults: this.#peer.clients.results,
      received: (name) => this.#peer.connection(name)?.received ?? '',
      end: { ...this.#end, pcbs: rebooted ? null : pcbs, heapEnd: rebooted ? null : heap },
      panicAt: this.#panicAt,
    };
  }
}
