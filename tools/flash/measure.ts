import type { Bench } from '../bench/bench.ts';
import { startVirtualBoard } from '../virtual-board/session.ts';
import { flashImage, type FlashResult } from './flash.ts';
import { syntheticImage } from './synthetic-image.ts';

const SIZE = 256 * 1024;
const BITS_PER_BYTE = 10;
/** Erase, protocol and verification on top of what the line needs for the compressed bytes. */
const MOST = 1.05;

/** Flashes a virtual board in another process, at the line's rate and on wall-clock time. */
export async function measureFlash(report: Parameters<Bench['run']>[0], baudRates: readonly number[]): Promise<void> {
  const board = await startVirtualBoard({ net: 'gateway', serial: 'line' });
  try {
    for (const baudRate of baudRates) {
      const { writeMs, totalMs, compressedBytes } = await bestFlash(board.serialPath, baudRate);
      report({
        subject: `flash 256 KiB at ${baudRate} baud, erased, written, verified`,
        value: writeMs,
        unit: 'ms',
        peer: { name: 'the line alone', value: (compressedBytes * BITS_PER_BYTE * 1000) / baudRate },
        bar: { atMost: MOST },
        note: `${Math.round(totalMs)} ms with reset, stub and restart; best of ${runsAt(baudRate)}`,
      });
    }
  } finally {
    await board.close();
  }
}

/** A run of two seconds is easily disturbed, one of fifteen is not. */
const runsAt = (baudRate: number): number => (baudRate > 200_000 ? 3 : 1);

async function bestFlash(port: string, baudRate: number): Promise<FlashResult> {
  const image = syntheticImage({ size: SIZE, seed: baudRate });
  let best = await flashImage({ port, image, baudRate });
  for (let runs = 1; runs < runsAt(baudRate); runs++) {
    const next = await flashImage({ port, image, baudRate });
    if (next.writeMs < best.writeMs) best = next;
  }
  return best;
}
