import type { Clock } from './clock.ts';
import type { Random } from './random.ts';
import { CaptureFile, ObservedLink, record } from './wire/capture.ts';
import { Radio, runOutages } from './wire/faults/radio.ts';
import { applyFaults, type FaultPlan } from './wire/faults/spec.ts';
import type { Link } from './wire/link.ts';

export interface WiringOptions {
  link: Link;
  clock: Clock;
  random: Random;
  plan: FaultPlan | undefined;
  /** Told when the access point goes and comes. */
  onAccessPoint: (up: boolean) => void;
}

/**
 * Everything between the board and the network's end of the wire: the radio, the faults, and a point of observation on
 * either side of them.
 */
export class Wiring {
  /** What the board is plugged into, and where its view of the traffic is observed. */
  readonly boardSide: ObservedLink;
  /** The other side of the faults; the same point when there are none. */
  readonly farSide: ObservedLink;
  readonly #options: WiringOptions;
  readonly #radio: Radio;
  #captures: { file: CaptureFile; stop: () => void }[] = [];
  #stopOutages: () => void = () => undefined;

  constructor(options: WiringOptions) {
    const { link, plan, clock, random } = options;
    this.#options = options;
    const hasFaults = plan !== undefined && plan.faults.length + (plan.outages ? 1 : 0) > 0;
    const far = hasFaults ? new ObservedLink(link) : link;
    this.#radio = new Radio(plan ? applyFaults(far, plan, clock, random) : far);
    this.boardSide = new ObservedLink(this.#radio);
    this.farSide = far instanceof ObservedLink ? far : this.boardSide;
  }

  /** Starts the Wi-Fi outages of the plan; to be called when the board has power. */
  start(): void {
    const { plan, clock } = this.#options;
    if (plan?.outages) this.#stopOutages = runOutages(plan.outages, clock, (up) => this.setAccessPoint(up));
  }

  setAccessPoint(up: boolean): void {
    this.#radio.setUp(up);
    this.#options.onAccessPoint(up);
  }

  /**
   * Captures what the board sees into `path`, and with faults what the network sees into `<path>-far.pcapng` beside it:
   * in one file, analysers would take a frame's second appearance for a retransmission.
   */
  startCapture(path: string): void {
    this.stopCapture();
    this.#capture(this.boardSide, path, 'board', "the board's side of the wire");
    if (this.farSide === this.boardSide) return;
    this.#capture(this.farSide, farCapturePath(path), 'network', "the network's side of the faults");
  }

  /** Returns the number of packets in the board's capture. */
  stopCapture(): number {
    const packets = this.#captures[0]?.file.packets ?? 0;
    for (const { file, stop } of this.#captures.splice(0)) {
      stop();
      file.close();
    }
    return packets;
  }

  close(): void {
    this.#stopOutages();
    this.stopCapture();
    this.boardSide.close();
  }

  #capture(point: ObservedLink, path: string, name: string, description: string): void {
    const file = new CaptureFile(path, `last-ack virtual board, ${description}`);
    const stop = record(point, file, this.#options.clock, { name, description, epochMs: Date.now() });
    this.#captures.push({ file, stop });
  }
}

export const farCapturePath = (path: string): string => `${path.replace(/\.pcapng$/, '')}-far.pcapng`;
