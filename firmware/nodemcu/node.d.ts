/**
 * The board: heap, restart, tasks, the collector's emergency mode.
 * @noSelf
 */
declare namespace node {
  /** Free heap in bytes. Garbage that was not collected yet counts as used. */
  function heap(): number;
  /** Resets the board after the current callback. */
  function restart(): void;
  /** Erases the Wi-Fi settings of the SDK; takes effect at the next boot. */
  function restore(): void;

  /** Number of the chip: the last three bytes of its MAC address. */
  function chipid(): number;
  function flashid(): number;
  /** Bytes. */
  function flashsize(): number;
  const CPU80MHZ: 80;
  const CPU160MHZ: 160;
  function setcpufreq(mhz: 80 | 160): 80 | 160;
  function getcpufreq(): 80 | 160;

  function info(group: 'hw'): {
    chip_id: number;
    flash_id: number;
    /** kB */
    flash_size: number;
    flash_mode: number;
    flash_speed: number;
  };
  function info(group: 'lfs'): { lfs_base: number; lfs_mapped: number; lfs_size: number; lfs_used: number };
  function info(group: 'sw_version'): {
    git_branch: string;
    git_commit_id: string;
    git_release: string;
    git_commit_dts: string;
    node_version_major: number;
    node_version_minor: number;
    node_version_revision: number;
  };
  function info(group: 'build_config'): {
    ssl: boolean;
    lfs_size: number;
    /** Separated by commas. */
    modules: string;
    number_type: 'float' | 'integer';
  };

  /**
   * Why the board started. `raw`: 1 power on, 2 reset, 3 reset pin, 4 watchdog. `cause`: 0 power on, 1 hardware
   * watchdog, 2 exception, 3 software watchdog, 4 software restart, 5 wake from deep sleep, 6 reset pin. Six numbers of
   * the exception follow when `cause` is 2.
   */
  function bootreason(): LuaMultiReturn<[raw: number, cause?: number, ...exception: number[]]>;

  /** Sees errors of tasks and timers, not of net callbacks. After a swallowed error new sockets are broken. */
  function setonerror(handler: (this: void, traceback: string) => void): void;
  /** What runs at boot instead of `init.lua`: `@name` a file, `=text` Lua. False when it is too long. */
  function startupcommand(command: string): boolean;
  function startup(options?: {
    banner?: boolean;
    frequency?: 80 | 160;
    delay_mount?: boolean;
    command?: string;
  }): Record<string, unknown>;

  /** Runs text at the prompt. */
  function input(text: string): void;
  /** Gives all output to a pipe reader; without one back to the UART. `toUart` 0 keeps it from the UART. */
  function output(reader: ((this: void, pipe: unknown) => boolean) | undefined, toUart?: 0 | 1): void;

  /** Makes `x.lc` of `x.lua` on the board: at most 50 local variables per function, and no line numbers. @throws */
  function compile(name: string): void;
  /** How much debug information later compilations keep: 1 all, 2 line numbers, 3 none. */
  function stripdebug(level?: 1 | 2 | 3, of?: (this: void, ...args: never[]) => unknown): number | undefined;

  function random(): number;
  function random(last: number): number;
  function random(first: number, last: number): number;

  /** Deep sleep; D0 has to be wired to RST to wake up. */
  function dsleep(microseconds: number, option?: number, instant?: 0 | 1): void;
  function dsleepMax(): number;
  function sleep(options: {
    wake_pin: number;
    int_type?: number;
    resume_cb?: (this: void) => void;
    preserve_mode?: boolean;
  }): void;

  function getpartitiontable(): {
    lfs_addr: number;
    lfs_size: number;
    spiffs_addr: number;
    spiffs_size: number;
  };
  function setpartitiontable(partitions: {
    lfs_addr?: number;
    lfs_size?: number;
    spiffs_addr?: number;
    spiffs_size?: number;
  }): void;

  namespace task {
    const LOW_PRIORITY: 0;
    const MEDIUM_PRIORITY: 1;
    const HIGH_PRIORITY: 2;
    /**
     * Runs `task` after the current callback, with its priority as argument.
     * @throws `Task queue overflow` when a handful of tasks are waiting
     */
    function post(this: void, task: (this: void, priority: number) => void): void;
    function post(this: void, priority: 0 | 1 | 2, task: (this: void, priority: number) => void): void;
  }

  /** Emergency collection. The default, ALWAYS, can corrupt the heap when a finalizer runs inside a registry resize. */
  namespace egc {
    const NOT_ACTIVE: 0;
    /** Collect when an allocation fails. */
    const ON_ALLOC_FAILURE: 1;
    /** Collect when Lua holds more than `limit` bytes or, with a negative limit, when fewer are free. */
    const ON_MEM_LIMIT: 2;
    const ALWAYS: 4;
    function setmode(this: void, mode: 0 | 1 | 4): void;
    function setmode(this: void, mode: 2, limit: number): void;
    function meminfo(this: void): LuaMultiReturn<[total: number, used: number]>;
  }

  /** The flash store for Lua code (LFS). */
  namespace LFS {
    function get(this: void, name: string): ((this: void, ...args: unknown[]) => unknown) | undefined;
    function list(this: void): string[] | undefined;
    /** Restarts the board when it succeeds; gives an error message when not. */
    function reload(this: void, image: string): string;
  }
}
