import { readChunk } from './read-chunk.ts';
import { writeChunk } from './write-chunk.ts';

/** Stock Lua 5.1 bytecode (32-bit) as a NodeMCU `.lc` file. */
export function toDeviceChunk(stock: Uint8Array): Uint8Array {
  return writeChunk(readChunk(stock, 'stock'), 'device');
}

/** A NodeMCU `.lc` file as bytecode that a stock 32-bit Lua 5.1 loads. */
export function toStockChunk(device: Uint8Array): Uint8Array {
  return writeChunk(readChunk(device, 'device'), 'stock');
}
