/**
 * Timers and time. An error in a timer restarts the board 2 seconds later unless `node.setonerror` swallows it, and
 * after that new sockets are broken: use `pcall` inside.
 * @noSelf
 */
declare namespace tmr {
  /** Runs once and unregisters itself. */
  const ALARM_SINGLE: 0;
  /** Runs until stopped. */
  const ALARM_AUTO: 1;
  /** Runs once and may be started again. */
  const ALARM_SEMI: 2;

  /** A timer object (there are no numbered timers any more). It must be referenced, or running, to stay alive. */
  function create(): Timer;

  /**
   * Microseconds since boot, modulo 2^31: it starts again at 0 every 35.8 minutes. Differences must be taken
   * `% 0x80000000`.
   */
  function now(): number;
  /** Seconds since boot. */
  function time(): number;
  /** CPU cycles, modulo 2^31. */
  function ccount(): number;
  /** Busy waiting for 1 to 1 000 000 microseconds: nothing else runs. */
  function delay(microseconds: number): void;
  /** Feeds the hardware watchdog. */
  function wdclr(): void;
  /** Restarts the board unless called again within `seconds`; -1 switches it off. */
  function softwd(seconds: number): void;

  interface Timer {
    /**
     * Sets the timer without starting it.
     * @param interval 1 to 6 870 947 ms (1 h 54 min); real intervals are a little longer
     */
    register(interval: number, mode: 0 | 1 | 2, run: (this: void, timer: Timer) => void): void;
    /** `register` and `start`. */
    alarm(interval: number, mode: 0 | 1 | 2, run: (this: void, timer: Timer) => void): boolean;
    /** False when it was not registered or is running; `restart` true begins the interval anew. */
    start(restart?: boolean): boolean;
    /** False when it was not running. */
    stop(): boolean;
    /** Lets go of the callback. */
    unregister(): void;
    /** Nil when not registered. */
    state(): LuaMultiReturn<[running: boolean, mode: 0 | 1 | 2] | [undefined]>;
    /** Changes the interval, running or not, in ms. */
    interval(interval: number): void;
  }
}
