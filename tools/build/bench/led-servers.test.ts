import { expect, test } from 'vitest';
import { builtServer, measureServer, serverByHand } from './led-servers.ts';

test('the LED server built from TypeScript does exactly what the one written by hand does', async () => {
  const built = measureServer(await builtServer());
  const byHand = measureServer(serverByHand());
  expect(built.transcript).toEqual(byHand.transcript);
  expect(built.transcript.join('\n')).toContain('HTTP/1.1 200 OK');
  expect(built.transcript.filter((line) => line.startsWith('HTTP/1.1 4'))).toHaveLength(12);
});
