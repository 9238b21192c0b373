/**
 * The one heap of the chip: Lua, pcbs, segments and pbufs all take from it (facts: no memory pools in NodeMCU's lwIP).
 * Sizes are the device's: 32-bit pointers, block overhead included by the heap itself.
 */
export interface DeviceHeap {
  /** Free bytes, as node.heap() reports them. */
  free(): number;
  /**
   * Reserves `bytes` of payload for something outside Lua. Never collects: on the chip only Lua's own allocations do.
   * Returns the bytes charged, block overhead included, or 0 when there is no room.
   */
  reserve(bytes: number): number;
  /** Gives back what `reserve` returned. */
  release(charged: number): void;
}
