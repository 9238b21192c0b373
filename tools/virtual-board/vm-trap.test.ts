import { expect, it } from 'vitest';
import { boot } from './modules/testing.ts';
import { seededRandom } from './random.ts';

/** A module whose one function is `unreachable`: what damaged memory does to the machine sooner or later. */
const TRAP = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 4, 1, 0x60, 0, 0],
  ...[3, 2, 1, 0],
  ...[7, 5, 1, 1, 0x66, 0, 0],
  ...[10, 5, 1, 3, 0, 0, 0x0b],
);

it('a trap of the WASM machine is a fatal exception of the board, which restarts, and no pcall hides it', () => {
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(TRAP), {}).exports as { f: () => number };
  const random = seededRandom(1);
  let isArmed = false;
  const { board, run, events } = boot(
    `print('reason', node.bootreason()) tmr.create():alarm(1000, 0, function() print(pcall(node.random)) end)`,
    {
      random: () => {
        if (!isArmed) return random();
        isArmed = false;
        return f();
      },
    },
  );
  expect(run(500)).toContain('reason\t1\t0');
  isArmed = true;
  const text = run(700);
  expect(text).not.toContain('false');
  expect(text + run(500)).toContain('reason\t2\t2');
  expect(events('panic')).toMatchObject([
    { message: expect.stringContaining('Fatal exception: unreachable') as string },
  ]);
  expect(board.snapshot().lastReset).toBe('exception');
});
