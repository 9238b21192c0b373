import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { clearsBar, describe as describeFigure } from './bench.ts';

it('holds the ratio to a peer against the bar where there is a peer, the value elsewhere', () => {
  const figure = { subject: 'x', value: 80, unit: '1/s', bar: { atLeast: 0.5 } };
  expect(clearsBar({ ...figure, peer: { name: 'y', value: 100 } })).toBe(true);
  expect(clearsBar({ ...figure, peer: { name: 'y', value: 200 } })).toBe(false);
  expect(clearsBar({ ...figure, bar: { atLeast: 81 } })).toBe(false);
  expect(clearsBar({ ...figure, bar: { atMost: 80 } })).toBe(true);
  expect(clearsBar({ subject: 'x', value: 0, unit: '1/s' })).toBe(true);
});

it('describes a figure with its peer, bar and note', () => {
  const peer = { name: 'ab', value: 10_000 };
  const line = describeFigure({
    subject: 'HEAD',
    value: 8000,
    unit: '1/s',
    peer,
    bar: { atLeast: 0.7 },
    note: 'c = 1',
  });
  expect(line).toBe('HEAD: 8,000 1/s, 0.800 x ab (10,000), bar: at least 0.700, c = 1');
});

it('refuses a name that no benchmark has before it measures the others', async () => {
  const program = fileURLToPath(new URL('./main.ts', import.meta.url));
  const run = promisify(execFile)(process.execPath, ['--import', 'tsx', program, 'build', 'nonsense']);
  await expect(run).rejects.toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('no benchmark nonsense') as string,
  });
});
