import { VirtualClock, type Clock, type Timer } from './clock.ts';
import { Console } from './console.ts';
import { Cpu } from './cpu.ts';
import { ErrorReporter } from './error-reporter.ts';
import type { FileStore } from './file-store.ts';
import { ChunkLoader } from './lua/chunks.ts';
import { buildEnvironment } from './lua/environment.ts';
import { moveToFlash } from './lua/flash-objects.ts';
import { isTrap, LuaPanic, MachineStopped } from './lua/errors.ts';
import { ReadOnlyTables } from './lua/library.ts';
import { Lua } from './lua/lua.ts';
import { builtInModules } from './modules/built-in.ts';
import type { ModuleHost, ResetCause, StartupSettings } from './modules/host.ts';
import type { NetworkFactory, NetworkSide, NetworkSideOptions } from './modules/network-side.ts';
import type { Pins } from './pins.ts';
import type { BoardProfile } from './profiles/profile.ts';
import type { Random } from './random.ts';
import type { RealTimeClock } from './real-time-clock.ts';
import type { AdcMode, Sensors } from './sensors.ts';
import { Repl } from './repl.ts';
import type { FlashChip } from './serial/flash-chip.ts';
import type { ChipUart } from './serial/line.ts';

const LEAST_WAIT_MS = 0.2;
const CONSOLE_BAUD = 115200;
/** The software watchdog's patience, milliseconds (facts: a panic ends in a reset after 3.2 s). */
const WATCHDOG_MS = 3200;
/** Instructions between two looks at the watchdog, and at the clock when the chip's speed counts. */
const HOOK_INTERVAL = { host: 10_000, chip: 100 } as const;

export interface FirmwareOptions {
  profile: BoardProfile;
  /** Overrides the profile's heap, bytes. */
  heap: number | undefined;
  clock: Clock;
  random: Random;
  flash: FlashChip;
  files: FileStore;
  pins: Pins;
  uart: ChipUart;
  bootCause: ResetCause;
  speed: 'chip' | 'host';
  sensors: Sensors;
  adcMode: AdcMode;
  realTime: RealTimeClock;
  startup: StartupSettings;
  /** Value of the 32-bit microsecond counter at boot. */
  microsecondsAtBoot: number;
  network: NetworkFactory | undefined;
  networkOptions: NetworkSideOptions;
  onText(text: string): void;
  onPanic(message: string): void;
  onRestart(cause: ResetCause): void;
}

/** One boot of the NodeMCU firmware, from the banner to the next reset. */
export class Firmware {
  readonly network: NetworkSide | undefined;
  readonly host: ModuleHost;
  readonly repl: Repl;
  readonly #options: FirmwareOptions;
  readonly #lua: Lua;
  readonly #cpu: Cpu;
  readonly #bootTime: number;
  readonly #cleanUps: (() => void)[] = [];
  #instructionsLeft = 0;
  #owed = 0;
  #restart: Timer | undefined;

  constructor(options: FirmwareOptions) {
    const { profile, clock, files, uart } = options;
    this.#options = options;
    this.#bootTime = clock.now();
    this.#cpu = new Cpu(clock, (thrown) => this.#crash(thrown));
    this.#lua = new Lua({ ...profile.heap, arena: Number.MAX_SAFE_INTEGER });
    const lua = this.#lua;
    const errors = new ErrorReporter({
      lua,
      clock,
      post: (task) => this.#cpu.post(2, task),
      restart: () => this.#end('software'),
    });
    const console = new Console(
      uart,
      (text) => options.onText(text),
      (milliseconds) => block(clock, milliseconds),
    );
    const chunks = new ChunkLoader((name) => files.read(name));
    this.host = this.#createHost(console, chunks, errors);
    this.repl = new Repl(this.host);
    this.#cleanUps.push(() => errors.close());
    this.network = options.network?.(this.host, options.networkOptions);
    const tables = new ReadOnlyTables(lua);
    const modules = [...builtInModules(this.host, this.repl, errors), ...(this.network?.modules ?? [])];
    buildEnvironment(lua, { lua, chunks, tables, stringLibrary: 0, print: (text) => console.print(text) }, modules);
    lua.roundsIntegers = profile.lua?.integerConversion === 'nearest';
    this.#limitHeap();
    moveToFlash(lua, tables.constant);
    lua.onHook = () => this.#countInstructions();
    lua.setHook(HOOK_INTERVAL[options.speed]);
  }

  #createHost(console: Console, chunks: ChunkLoader, errors: ErrorReporter): ModuleHost {
    const { options, lua, cpu } = { options: this.#options, lua: this.#lua, cpu: this.#cpu };
    const { clock, microsecondsAtBoot } = options;
    const { profile, random, flash, files, pins, uart, bootCause, sensors, adcMode, realTime, startup } = options;
    return {
      ...{ lua, chunks, clock, random, profile, flash, files, pins, uart, console, bootCause },
      ...{ sensors, adcMode, realTime, startup },
      heap: lua.heap,
      run: (work) => {
        this.feedWatchdog();
        if (options.speed === 'chip') this.#spend(profile.speed.callbackUs);
        cpu.run(work);
      },
      post: (priority, task) => cpu.post(priority, task),
      pcallx: errors.call,
      survivedErrors: () => errors.survived,
      microseconds: () => (microsecondsAtBoot + Math.floor((clock.now() - this.#bootTime) * 1000)) >>> 0,
      delay: (milliseconds) => block(clock, milliseconds),
      feedWatchdog: () => this.feedWatchdog(),
      restart: (cause) => this.#end(cause),
      sleep: (milliseconds) => this.#end('deep-sleep', milliseconds === 0 ? Infinity : milliseconds),
      onReset: (cleanUp) => this.#cleanUps.push(cleanUp),
    };
  }

  /** From here on Lua's blocks cost what they cost on the chip; the libraries are in its flash. */
  #limitHeap(): void {
    const { arena, luaAtBoot } = this.#options.profile.heap;
    this.#lua.startCharging(this.#options.heap ?? arena - luaAtBoot, luaAtBoot);
  }

  /** Prints the banner and runs init.lua; the prompt follows as a task. */
  boot(): void {
    const { uart } = this.#options;
    uart.baudRate = CONSOLE_BAUD;
    uart.onReceive((bytes) => this.host.run(() => this.repl.receive(bytes)));
    this.host.run(() => {
      this.repl.input(' \n');
      if (this.#options.startup.banner) this.host.console.write(`\nNodeMCU ${this.#options.profile.release}\n`);
      // A C function calls init.lua, which tracebacks show as their last line.
      this.#lua.pushFunction(() => this.#runInit());
      this.#lua.call(0, 0);
    });
  }

  #runInit(): number {
    const { lua, chunks } = this.host;
    const command = this.#options.startup.command ?? '@init.lua';
    const status = command.startsWith('@')
      ? chunks.loadFile(lua, command.slice(1))
      : chunks.load(lua, Buffer.from(command, 'latin1'), '=INIT');
    if ((status || this.repl.callWithTraceback()) !== 0) this.repl.printValues(1);
    return 0;
  }

  feedWatchdog(): void {
    this.#instructionsLeft = (WATCHDOG_MS * 1000) / this.#options.profile.speed.instructionUs;
  }

  #countInstructions(): void {
    const { speed, profile } = this.#options;
    this.#instructionsLeft -= HOOK_INTERVAL[speed];
    if (this.#instructionsLeft <= 0) throw new MachineStopped('watchdog');
    if (speed === 'chip') this.#spend(HOOK_INTERVAL.chip * profile.speed.instructionUs);
  }

  /** CPU time; waits in lots, since a real clock cannot wait for microseconds. */
  #spend(microseconds: number): void {
    this.#owed += microseconds / 1000;
    if (this.#owed < LEAST_WAIT_MS) return;
    block(this.#options.clock, this.#owed);
    this.#owed = 0;
  }

  #crash(thrown: unknown): void {
    if (thrown instanceof MachineStopped) {
      this.#end(thrown.reason as ResetCause);
    } else if (thrown instanceof LuaPanic) {
      const message = `PANIC: unprotected error in call to Lua API (${thrown.message})`;
      this.host.console.write(`${message}\n`);
      this.#options.onPanic(message);
      this.#restart = this.#options.clock.after(WATCHDOG_MS, () => this.#end('watchdog'));
    } else if (isTrap(thrown)) {
      // On the chip a load or store exception.
      this.#options.onPanic(`Fatal exception: ${thrown.message}`);
      this.#end('exception');
    } else {
      throw thrown;
    }
  }

  #end(cause: ResetCause, pause = 0): void {
    this.#cpu.stop();
    this.#restart?.cancel();
    if (pause === Infinity) return;
    this.#restart = this.#options.clock.after(pause, () => this.#options.onRestart(cause));
  }

  /** Power is gone or EN is low: nothing of this boot happens any more. */
  stop(): void {
    this.#cpu.stop();
    this.#restart?.cancel();
    for (const cleanUp of this.#cleanUps) cleanUp();
    this.network?.close();
    this.#options.uart.onReceive(undefined);
  }
}

/** Spends time as a busy loop on the chip does: nothing else happens meanwhile. */
function block(clock: Clock, milliseconds: number): void {
  if (clock instanceof VirtualClock) clock.spend(milliseconds);
  else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
