import type { Clock } from '../clock.ts';
import type { Priority } from '../cpu.ts';
import type { FileStore } from '../file-store.ts';
import type { ChunkLoader } from '../lua/chunks.ts';
import type { LuaHeap } from '../lua/lua-heap.ts';
import type { Lua } from '../lua/lua.ts';
import type { Pins } from '../pins.ts';
import type { BoardProfile } from '../profiles/profile.ts';
import type { Random } from '../random.ts';
import type { FlashChip } from '../serial/flash-chip.ts';
import type { ChipUart } from '../serial/line.ts';
import type { Console } from '../console.ts';
import type { RealTimeClock } from '../real-time-clock.ts';
import type { AdcMode, Sensors } from '../sensors.ts';

/** What a module may use of the board it runs on; one per boot. */
export interface ModuleHost {
  readonly lua: Lua;
  readonly chunks: ChunkLoader;
  readonly clock: Clock;
  readonly random: Random;
  readonly profile: BoardProfile;
  /** The chip's one heap; a DeviceHeap for everything outside Lua. */
  readonly heap: LuaHeap;
  readonly flash: FlashChip;
  readonly files: FileStore;
  readonly pins: Pins;
  readonly uart: ChipUart;
  readonly sensors: Sensors;
  readonly adcMode: AdcMode;
  readonly realTime: RealTimeClock;
  /** What the boot loader's settings say; kept through resets. */
  readonly startup: StartupSettings;
  readonly console: Console;
  /** Enters the CPU from a timer, a frame or a pin: what is thrown inside becomes a panic or reset. */
  run(work: () => void): void;
  /** Posts a task; false when its queue is full. */
  post(priority: Priority, task: () => void): boolean;
  /**
   * luaL_pcallx: calls the function below `args` arguments on the stack; an error is reported with its traceback to
   * node.setonerror's handler, by a task. Returns 0 when good, with `results` values on the stack.
   */
  pcallx(args: number, results: number): number;
  /** Lua errors that pcallx has caught since boot. */
  survivedErrors(): number;
  /** Microseconds since boot, as the system timer counts them: 32 bits. */
  microseconds(): number;
  /** Blocks the CPU, milliseconds. */
  delay(milliseconds: number): void;
  /** Instructions until the software watchdog bites start anew. */
  feedWatchdog(): void;
  /** Resets the chip as soon as the running callback has returned, as system_restart does. */
  restart(cause: ResetCause): void;
  /** Deep sleep, begins like a restart; a wake-up resets the chip after that many milliseconds, 0 = never. */
  sleep(milliseconds: number): void;
  /** Why this boot happened. */
  readonly bootCause: ResetCause;
  /** Calls `cleanUp` when this boot ends. */
  onReset(cleanUp: () => void): void;
}

/** Causes of a reset, as rst_info and the boot ROM tell them apart. */
export type ResetCause = 'power-on' | 'external' | 'software' | 'watchdog' | 'exception' | 'deep-sleep';

/** node.startup: settings that the firmware keeps in flash. */
export interface StartupSettings {
  command: string | undefined;
  banner: boolean;
  delayMount: boolean;
  frequency: number;
}
