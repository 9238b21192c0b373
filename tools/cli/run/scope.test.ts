import { expect, it } from 'vitest';
import { Scope } from './scope.ts';

it('closes in reverse order, each thing once', async () => {
  const scope = new Scope();
  const closed: string[] = [];
  scope.onClose(() => closed.push('board'));
  scope.onClose(() => Promise.resolve().then(() => closed.push('port')));
  await scope.close();
  await scope.close();
  expect(closed).toEqual(['port', 'board']);
});

it('closes at once what only came to be after the end', async () => {
  const scope = new Scope();
  await scope.close();
  let isClosed = false;
  scope.onClose(() => (isClosed = true));
  expect(isClosed).toBe(true);
});

it('gives up work at Ctrl-C with the exit code of an interruption, and lets go of the signal when closed', async () => {
  const scope = new Scope();
  const work = scope.interruptible(new Promise(() => undefined));
  process.emit('SIGINT');
  await expect(work).rejects.toMatchObject({ exitCode: 130 });
  await scope.close();
  expect(process.listenerCount('SIGINT')).toBe(0);
});
