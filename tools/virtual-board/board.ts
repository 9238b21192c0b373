import type { Clock, Timer } from './clock.ts';
import { FileStore } from './file-store.ts';
import { Firmware } from './firmware.ts';
import type { BoardEvent, BoardSnapshot } from './inspect.ts';
import type { ResetCause, StartupSettings } from './modules/host.ts';
import { createNetwork } from './modules/network.ts';
import type { AccessPoint, NetworkFactory } from './modules/network-side.ts';
import { type Level, Pins } from './pins.ts';
import type { BoardProfile } from './profiles/profile.ts';
import type { Random } from './random.ts';
import { RealTimeClock } from './real-time-clock.ts';
import { type AdcMode, defaultSensors, type Sensors } from './sensors.ts';
import { isBootable } from './serial/boot-image.ts';
import { bootRomText, NO_IMAGE_RESTART_MS, NO_IMAGE_TEXT, ResetCause as RomCause } from './serial/boot-rom.ts';
import type { FlashChip } from './serial/flash-chip.ts';
import type { SerialLine } from './serial/line.ts';
import { ResetCircuit } from './serial/reset-circuit.ts';
import { RomLoader } from './serial/rom-loader.ts';
import { type LineRate, Uart } from './serial/uart.ts';
import type { Link } from './wire/link.ts';

/** Time from a reset to the firmware's first character. */
const BOOT_MS = 5;

export interface VirtualBoardOptions {
  profile: BoardProfile;
  clock: Clock;
  /** The serial line's clock, where it is a finer one. */
  serialClock?: Clock;
  random: Random;
  flash: FlashChip;
  /** The board's end of its network; absent: no access point answers. */
  link?: Link;
  speed: 'chip' | 'host';
  accessPoint?: AccessPoint;
  /** Files that are on the board from the start; the firmware then counts as installed. */
  files?: Record<string, Uint8Array>;
  /** Bytes of heap at boot instead of the profile's. */
  heap?: number;
  serialRate?: LineRate;
  /** What the analogue input measures. */
  sensors?: Sensors;
  network?: NetworkFactory;
  /** Value of the microsecond counter at boot; for tests of its overflow. */
  microsecondsAtBoot?: number;
}

const DEFAULT_ACCESS_POINT: AccessPoint = { ssid: 'last-ack-lab' };

/** A NodeMCU development board: chip, flash, USB bridge with reset circuit, pins, and the air around it. */
export class VirtualBoard {
  readonly serial: SerialLine;
  readonly #options: VirtualBoardOptions;
  readonly #uart: Uart;
  readonly #circuit: ResetCircuit;
  readonly #loader: RomLoader;
  readonly #pins = new Pins();
  readonly #receivers = new Map<(event: BoardEvent) => void, boolean>();
  readonly #powerOnTime: number;
  readonly #realTime: RealTimeClock;
  readonly #adcMode: AdcMode = { vdd: false, vddAtNextBoot: false };
  readonly #startup: StartupSettings = { command: undefined, banner: true, delayMount: false, frequency: 80 };
  #files: FileStore;
  #mode: BoardSnapshot['mode'] = 'off';
  #firmware: Firmware | undefined;
  #pending: Timer | undefined;
  #cause: ResetCause = 'power-on';
  #restarts = 0;
  #accessPointUp = true;
  #minHeap = Infinity;

  constructor(options: VirtualBoardOptions) {
    const { clock, flash } = options;
    this.#options = options;
    this.#powerOnTime = clock.now();
    this.#realTime = new RealTimeClock(clock);
    this.#files = new FileStore(flash);
    for (const [name, content] of Object.entries(options.files ?? {})) this.#files.write(name, content);
    this.#circuit = new ResetCircuit({
      clock,
      onHold: () => this.#halt('off'),
      onStart: () => this.#start('external'),
    });
    this.#uart = new Uart({
      clock: options.serialClock ?? clock,
      rate: options.serialRate ?? 'instant',
      onLines: (lines) => this.#circuit.setLines(lines),
    });
    this.serial = this.#uart;
    this.#loader = new RomLoader({ uart: this.#uart.chip, flash, clock, onRestart: () => this.#start('software') });
    this.#pins.onOutput = (gpio, level) => this.#emit({ t: this.#now(), type: 'pin', gpio, level });
  }

  powerOn(): void {
    this.#start('power-on');
  }

  /** Resets the chip as `cause` would: "external" is the RST button. */
  reset(cause: string): void {
    this.#start(isResetCause(cause) ? cause : 'external');
  }

  snapshot(options: { collect?: boolean } = {}): BoardSnapshot {
    const firmware = this.#firmware;
    const { heap } = firmware?.host ?? {};
    const { overruns } = this.#options.link ?? {};
    if (options.collect && this.#mode === 'running') firmware?.host.run(() => firmware.host.lua.collect());
    return {
      timeMs: this.#now(),
      mode: this.#mode,
      profile: this.#options.profile.name,
      heap: heap?.free() ?? 0,
      minHeap: Math.min(this.#minHeap, heap?.minFree() ?? Infinity, heap?.free() ?? 0),
      restarts: this.#restarts,
      lastReset: this.#cause,
      pcbs: firmware?.network?.pcbs() ?? {},
      pins: this.#pins.outputs(),
      wifi: firmware?.network?.station() ?? { connected: false, ip: '' },
      ...(overruns !== undefined && { overruns }),
    };
  }

  /** With `pcb`, events of that type too: a busy server has tens of thousands in a second. */
  onEvent(receiver: (event: BoardEvent) => void, { pcb = false } = {}): () => void {
    this.#receivers.set(receiver, pcb);
    return () => {
      this.#receivers.delete(receiver);
    };
  }

  /** Drives a pin from outside, like a button. */
  setInput(gpio: number, level: Level): void {
    // GPIO0 is the FLASH button's pin, which the boot ROM looks at.
    if (gpio === 0) this.#circuit.setFlashButton(level === 0);
    this.#pins.drive(gpio, level);
  }

  /** The access point around the board goes off the air, or returns. */
  setAccessPoint(up: boolean): void {
    this.#accessPointUp = up;
    this.#firmware?.network?.setAccessPoint(up);
  }

  close(): void {
    this.#halt('off');
    this.#options.link?.close();
  }

  #now(): number {
    return this.#options.clock.now() - this.#powerOnTime;
  }

  #emit(event: BoardEvent): void {
    for (const [receiver, pcb] of this.#receivers) if (pcb || event.type !== 'pcb') receiver(event);
  }

  #halt(mode: BoardSnapshot['mode']): void {
    this.#pending?.cancel();
    this.#pending = undefined;
    this.#loader.stop();
    this.#firmware?.stop();
    this.#firmware = undefined;
    this.#pins.reset();
    this.#uart.reset();
    this.#mode = mode;
  }

  #start(cause: ResetCause): void {
    this.#halt('booting');
    if (cause !== 'power-on') this.#restarts++;
    this.#cause = cause;
    this.#emit({ t: this.#now(), type: 'reset', cause });
    const { gpio0Low } = this.#circuit;
    this.#print(bootRomText(romCause(cause), gpio0Low));
    if (gpio0Low) {
      this.#mode = 'rom-loader';
      this.#loader.start();
      return;
    }
    this.#pending = this.#options.clock.after(BOOT_MS, () => this.#bootFromFlash());
  }

  #bootFromFlash(): void {
    const { flash, clock, files } = this.#options;
    if (files || isBootable(flash)) {
      this.#bootFirmware();
      return;
    }
    this.#print(NO_IMAGE_TEXT);
    this.#pending = clock.after(NO_IMAGE_RESTART_MS, () => this.#start('watchdog'));
  }

  #print(text: string): void {
    this.#uart.chip.write(Buffer.from(text, 'latin1'));
  }

  #bootFirmware(): void {
    const { profile, clock, random, flash, heap, link, network, accessPoint } = this.#options;
    this.#files.mount();
    this.#minHeap = Infinity;
    this.#adcMode.vdd = this.#adcMode.vddAtNextBoot;
    if (this.#cause === 'power-on') this.#realTime.clear();
    const firmware = new Firmware({
      ...{ profile, heap, clock, random, flash, files: this.#files, pins: this.#pins, uart: this.#uart.chip },
      bootCause: this.#cause,
      speed: this.#options.speed,
      sensors: this.#options.sensors ?? defaultSensors,
      ...{ adcMode: this.#adcMode, realTime: this.#realTime, startup: this.#startup },
      microsecondsAtBoot: this.#options.microsecondsAtBoot ?? 0,
      network: network ?? createNetwork,
      networkOptions: {
        link,
        accessPoint: accessPoint ?? DEFAULT_ACCESS_POINT,
        isUp: this.#accessPointUp,
        onEvent: (event) => this.#emit({ ...event, t: this.#now() }),
        wantsPcbEvents: () => [...this.#receivers.values()].includes(true),
      },
      onText: (text) => this.#emit({ t: this.#now(), type: 'serial', text }),
      onPanic: (message) => {
        this.#mode = 'panicked';
        this.#emit({ t: this.#now(), type: 'panic', message });
      },
      onRestart: (cause) => this.#start(cause),
    });
    this.#firmware = firmware;
    this.#mode = 'running';
    firmware.boot();
  }
}

const CAUSES: readonly ResetCause[] = ['power-on', 'external', 'software', 'watchdog', 'exception', 'deep-sleep'];

const isResetCause = (cause: string): cause is ResetCause => (CAUSES as readonly string[]).includes(cause);

function romCause(cause: ResetCause): RomCause {
  if (cause === 'power-on') return RomCause.powerOn;
  if (cause === 'watchdog') return RomCause.watchdog;
  return RomCause.external;
}
