import type { DeviceHeap } from '../heap.ts';
import { BlockStore } from './block-store.ts';
import {
  DEVICE_VALUE_SIZE,
  GLOBAL_GC_THRESHOLD,
  GLOBAL_STRING_COUNT,
  GLOBAL_STRING_TABLE,
  GLOBAL_TOTAL_BYTES,
} from './layout.ts';
import { onDevice, PendingBlock } from './pending-block.ts';

/** The modes of the emergency collector; numbers of node.egc (firmware: app/lua/lua.h). */
export const EgcMode = { notActive: 0, onAllocFailure: 1, onMemLimit: 2, always: 4 } as const;

export interface LuaHeapOptions {
  /** Bytes of the heap arena after what the firmware takes before Lua starts. */
  arena: number;
  /** Each block costs its size plus this, rounded up to `blockAlign`. */
  blockOverhead: number;
  blockAlign: number;
  /** A block that would shrink by this or less keeps its size: the allocator does not split off so little. */
  leastSplit: number;
}

/** How far the collector may run behind in the mode that collects before every allocation, bytes. */
const ALWAYS_MODE_STEP = 512;
/** Overdraft in bytes above which a collection that has just freed too little means "not enough memory". */
const STALE_AFTER = 2048;
/**
 * Percent of the live bytes that are allocated during a collection at the default step multiplier of 200. From the
 * lowest heap of the recorded loads (load.json, server "recipe"), which it meets within 1.5 kB.
 */
const CYCLE_PERCENT = 4;
/** MINSTRTABSIZE of app/lua/llimits.h. */
const LEAST_STRING_TABLE = 32;

/**
 * The allocator of one Lua state and the accounts of the whole chip's heap. Blocks live in WebAssembly memory; what is
 * charged is the size that the same object has on the chip.
 *
 * Stock Lua 5.1 has no emergency collection, and collecting inside an allocation is unsafe. So a request beyond the
 * limit is granted once and a full collection is due at Lua's next check; still over after it: refused.
 */
export class LuaHeap implements DeviceHeap {
  mode: number = EgcMode.always;
  memoryLimit = 4096;
  /** False while the firmware builds what the chip has in ROM: such blocks cost nothing. */
  charging = false;
  /** collectgarbage("stop") */
  isStopped = false;
  /** Percents that collectgarbage sets; defaults of app/lua/luaconf.h. */
  pause = 110;
  stepMultiplier = 200;
  /** Address of the state's global_State, 0 until there is one. */
  globalState = 0;

  readonly store: BlockStore;
  readonly #pending: PendingBlock;
  readonly #options: LuaHeapOptions;
  #arena: number;
  #luaAtBoot = 0;
  #used = 0;
  #reserved = 0;
  #libraryStrings = 0;
  #stringTable = 0;
  #peak = 0;
  #sinceCollection = 0;
  #hasFinalized = false;
  #afterCollection = 0;
  /** The threshold as we set it; anything else means that Lua has ended a cycle. */
  #threshold = 0;

  constructor(store: BlockStore, options: LuaHeapOptions) {
    this.store = store;
    this.#pending = new PendingBlock(store);
    this.#options = options;
    this.#arena = options.arena;
  }

  /**
   * Charging starts: what has been allocated until now lies in the chip's flash, but for `luaAtBoot` bytes that are gone
   * already, and `arena` bytes are free.
   */
  start(arena: number, luaAtBoot = 0): void {
    this.#settle();
    this.#arena = arena;
    this.#luaAtBoot = luaAtBoot;
    this.#used = 0;
    this.#peak = 0;
    this.#libraryStrings = this.#word(GLOBAL_STRING_COUNT);
    this.charging = true;
    this.collected();
  }

  free(): number {
    this.#settle();
    return Math.max(0, this.#arena - this.#used - this.#stringTableGrowth());
  }

  /**
   * Bytes that the hash table of strings has grown by. The one here also holds the libraries' strings, which lie in the
   * chip's flash; so its block costs nothing and this is what the chip's table costs.
   */
  #stringTableGrowth(): number {
    const count = this.#word(GLOBAL_STRING_COUNT) - this.#libraryStrings;
    let size = LEAST_STRING_TABLE;
    while (size < count) size *= 2;
    return this.cost(4 * size) - this.cost(4 * LEAST_STRING_TABLE);
  }

  /** Lowest `free()` so far. */
  minFree(): number {
    return Math.max(0, this.#arena - this.#peak);
  }

  /** Bytes in use, everything included. */
  used(): number {
    this.#settle();
    return this.#used + this.#stringTableGrowth();
  }

  cost(size: number): number {
    const { blockOverhead, blockAlign } = this.#options;
    return Math.ceil((size + blockOverhead) / blockAlign) * blockAlign;
  }

  reserve(bytes: number): number {
    const charged = this.cost(bytes);
    if (this.free() < charged) return 0;
    this.#charge(charged);
    this.#reserved += charged;
    return charged;
  }

  release(charged: number): void {
    this.#used -= charged;
    this.#reserved -= charged;
  }

  /** Bytes that Lua has, on the chip's scale. */
  luaBytes(): number {
    return this.used() - this.#reserved;
  }

  /** lua_Alloc. */
  readonly allocate = (_ud: number, block: number, _oldSize: number, newSize: number): number => {
    this.#settle();
    if (newSize === 0) {
      const released = block === 0 ? 0 : this.store.release(block);
      this.#used -= released;
      return 0;
    }
    const deviceSize = block !== 0 && this.store.holdsValues(block) ? onDevice(newSize) : newSize;
    const before = block === 0 ? 0 : this.store.charge(block);
    let charge = this.charging ? this.cost(deviceSize) : 0;
    if (charge < before && before - charge <= this.#options.leastSplit) charge = before;
    const growth = charge - before;
    if (growth > 0 && this.charging && !this.#admits(growth)) return 0;
    const granted = block === 0 ? this.store.take(newSize) : this.store.resize(block, newSize);
    if (granted === 0) return 0;
    this.store.setCharge(granted, charge);
    this.#charge(growth);
    if (charge > 0 && block === 0) this.#pending.watch(granted, newSize);
    return granted;
  };

  /** Marks a block as an array of TValues that existed when charging began. */
  chargeValues(block: number, count: number): void {
    if (block === 0 || count === 0) return;
    this.store.markValues(block);
    this.recharge(block, count * DEVICE_VALUE_SIZE);
  }

  /** Changes what an existing block costs on the chip; `size` in the chip's bytes, 0 = nothing. */
  recharge(block: number, size: number): void {
    const charge = size === 0 ? 0 : this.cost(size);
    this.#used += charge - this.store.charge(block);
    this.store.setCharge(block, charge);
  }

  /** A full collection has just ended. */
  collected(): void {
    this.#settle();
    this.#sinceCollection = 0;
    this.#afterCollection = this.#used;
    this.#setThreshold(this.#word(GLOBAL_TOTAL_BYTES) + this.#allowance());
  }

  /**
   * Bytes that may be allocated between two collections. The chip's incremental collector begins when the live bytes have
   * grown by `pause` and then works off `stepMultiplier` for each byte allocated; here a whole cycle runs at once.
   */
  #allowance(): number {
    const growth = Math.max(0, this.pause - 100);
    const live = this.#luaAtBoot + this.luaBytes();
    return (live * (growth + (CYCLE_PERCENT * 200) / Math.max(1, this.stepMultiplier))) / 100;
  }

  #setThreshold(bytes: number): void {
    this.#threshold = Math.floor(bytes);
    this.store.words[(this.globalState + GLOBAL_GC_THRESHOLD) >> 2] = this.#threshold;
  }

  #charge(bytes: number): void {
    this.#used += bytes;
    if (bytes > 0) this.#sinceCollection += bytes;
    if (this.#used > this.#peak) this.#peak = this.#used;
  }

  #word(offset: number): number {
    return this.store.words[(this.globalState + offset) >> 2] ?? 0;
  }

  #settle(): void {
    const stringTable = this.globalState === 0 ? 0 : this.#word(GLOBAL_STRING_TABLE);
    if (stringTable !== this.#stringTable) {
      this.#stringTable = stringTable;
      this.recharge(stringTable, 0);
    }
    const size = this.#pending.settle();
    if (size !== 0) this.recharge(this.#pending.block, size);
  }

  #admits(growth: number): boolean {
    if (!this.isStopped && this.#word(GLOBAL_GC_THRESHOLD) !== this.#threshold) this.collected();
    if (this.#isCollectionWanted()) this.#request();
    if (this.#used + growth <= this.#arena) return true;
    if (this.mode === EgcMode.notActive || this.isStopped || growth > this.#arena) return false;
    if (this.#threshold === 0) return this.#used + growth <= 2 * this.#arena;
    this.#request();
    return this.#sinceCollection >= STALE_AFTER || this.#afterCollection + growth <= this.#arena;
  }

  #isCollectionWanted(): boolean {
    if (this.#sinceCollection < (this.#hasFinalized ? 0 : ALWAYS_MODE_STEP)) return false;
    return this.mode === EgcMode.always || this.#beyondMemoryLimit();
  }

  /** A finalizer runs: its object is freed by the cycle after this one. */
  finalizing(): void {
    this.#hasFinalized = true;
  }

  /** node.egc.setmode(ON_MEM_LIMIT, n): n > 0 limits Lua's bytes, n < 0 asks for -n free bytes. */
  #beyondMemoryLimit(): boolean {
    if (this.mode !== EgcMode.onMemLimit) return false;
    if (this.memoryLimit < 0) return this.#arena - this.#used < -this.memoryLimit;
    return this.#used > this.memoryLimit;
  }

  /** Everything is collected at Lua's next check. */
  #request(): void {
    if (this.isStopped) return;
    this.#hasFinalized = false;
    this.#setThreshold(0);
  }
}
