import { describe, expect, it } from 'vitest';
import { UserError } from '../cli/exit.ts';
import { LinePort } from '../serial/line-port.ts';
import { seededRandom } from '../virtual-board/random.ts';
import { isBootable } from '../virtual-board/serial/boot-image.ts';
import { MemoryFlash } from '../virtual-board/serial/memory-flash.ts';
import { FaultyLine, faults, type Fault } from './faulty-line.ts';
import { flashParts } from './flash.ts';
import { patchFlashSize } from './image.ts';
import { syntheticImage } from './synthetic-image.ts';
import { bareBoard, runInVirtualTime } from './testing.ts';

const SIZE = 112 * 1024;
/** What a person may have to wait for the end after the thing happened. */
const LIMIT_MS = 30_000;

/** What passes is overcome: at most the rate goes down. */
const passing = new Set<Fault>(['reset', 'lost answer', 'garbage', 'bit flip to chip', 'bit flip to host']);

const partOf = (data: Uint8Array) => ({ name: 'image.bin', address: 0, data });
const asInFlash = (image: Uint8Array): Uint8Array => patchFlashSize([partOf(image)], 4 * 1024 * 1024)[0]?.data ?? image;
const oldImage = asInFlash(syntheticImage({ size: SIZE, seed: 7 }));
const newImage = syntheticImage({ size: SIZE });

interface Outcome {
  error: unknown;
  packets: number;
  waitedMs: number;
  holds: 'old' | 'new' | 'nothing that starts' | 'half of one';
  state: string;
}

/** Flashes over an old image while `fault` strikes at one packet of the host. */
async function flashUnder(fault: Fault, atPacket: number): Promise<Outcome> {
  const flash = new MemoryFlash();
  flash.write(0, oldImage);
  const board = bareBoard({ rate: 'instant', flash });
  const interrupt = new AbortController();
  let struckAt: number | undefined;
  const line = new FaultyLine({
    line: board.uart,
    random: seededRandom(atPacket + 1),
    fault,
    atPacket,
    strike: () => {
      struckAt = board.clock.now();
      if (fault === 'interrupt') interrupt.abort();
      else if (fault === 'disconnect') port.unplug();
      else {
        board.circuit.setResetButton(true);
        board.circuit.setResetButton(false);
      }
    },
  });
  const port = new LinePort(line, 115200, board.clock);
  const work = flashParts({ port, clock: board.clock, signal: interrupt.signal, parts: [partOf(newImage)] });
  const error = await runInVirtualTime(board.clock, work).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const waitedMs = board.clock.now() - (struckAt ?? 0);
  board.clock.runUntil(board.clock.now() + 100);
  return { error, packets: line.packets, waitedMs, holds: contentOf(flash), state: board.state() };
}

function contentOf(flash: MemoryFlash): Outcome['holds'] {
  if (!isBootable(flash)) return 'nothing that starts';
  const content = Buffer.from(flash.read(0, SIZE));
  if (content.equals(oldImage)) return 'old';
  return content.equals(asInFlash(newImage)) ? 'new' : 'half of one';
}

const steps = (await flashUnder('bit flip to chip', Infinity)).packets;

describe('a flash during which something happens', () => {
  it('has enough steps to make the matrix meaningful', () => {
    expect(steps * faults.length).toBeGreaterThan(200);
  });

  it.each(faults)(
    'leaves the old or the new firmware, or says what to do: %s at every step',
    { timeout: 120_000 },
    async (fault) => {
      const failures: string[] = [];
      for (let atPacket = 0; atPacket < steps; atPacket++) {
        const outcome = await flashUnder(fault, atPacket);
        const where = `${fault} at packet ${atPacket} of ${steps}: ${String(outcome.error)}`;
        expect(outcome.holds, where).not.toBe('half of one');
        expect(outcome.waitedMs, where).toBeLessThan(LIMIT_MS);
        if (outcome.error === undefined) {
          expect([outcome.holds, outcome.state], where).toEqual(['new', 'firmware']);
        } else {
          expectHonestError(outcome, fault, where);
          failures.push(where);
        }
      }
      if (passing.has(fault)) expect(failures).toEqual([]);
      else expect(failures.length).toBeGreaterThanOrEqual(steps - 1);
    },
  );
});

function expectHonestError({ error, holds }: Outcome, fault: Fault, where: string): void {
  expect(error, where).toBeInstanceOf(UserError);
  if (!(error instanceof UserError)) return;
  expect(error.exitCode, where).toBe(fault === 'interrupt' ? 130 : 4);
  if (error.message.includes('was not touched')) expect(holds, where).toBe('old');
  else expect(error.message, where).toMatch(/must be flashed again/);
}
