import { createServer, type AddressInfo } from 'node:net';
import { parseMix } from './client/style.ts';
import { runStep } from './schedule/step-runner.ts';

const WARM_UP_MS = 400;

/**
 * A few thousand exchanges with a server in this process: cold code would add half a millisecond to every exchange of
 * the first, slow steps, and the board would be blamed for it.
 */
export async function warmUp(signal: AbortSignal): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const request = Buffer.from('HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const { port } = server.address() as AddressInfo;
  await runStep({
    target: { address: '127.0.0.1', port, method: 'HEAD', request, keepAliveRequest: request },
    step: {
      name: 'warm-up',
      load: { kind: 'clients', clients: 4, pauseMs: 0 },
      durationMs: WARM_UP_MS,
      mix: parseMix('read-to-eof=1,client-first=1'),
    },
    deadlineMs: 1000,
    readsPorts: true,
    random: Math.random,
    signal,
    onExchange: () => undefined,
  });
  server.close();
}
