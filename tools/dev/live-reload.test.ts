import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startLiveReload, type LiveReload } from './live-reload.ts';

let live: LiveReload;
let board: Server | undefined;

beforeEach(async () => {
  live = await startLiveReload();
});

afterEach(async () => {
  await live.close();
  await new Promise((resolve) => (board ? board.close(resolve) : resolve(undefined)));
  board = undefined;
});

async function serve(listener: RequestListener): Promise<void> {
  const server = createServer(listener);
  board = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  live.setBoard({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
}

test('a compressed page of the board gets the reload script and loses what would pin the old one', async () => {
  await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip', etag: '"1"' });
    response.end(gzipSync('<html><head><title>LEDs</title></head><body>on</body></html>'));
  });
  const answer = await fetch(live.url, { headers: { 'if-none-match': '"1"' } });
  const page = await answer.text();
  expect(page).toMatch(/<title>LEDs<\/title><script>new EventSource\(.*<\/script><\/head><body>on/);
  expect(answer.headers.get('etag')).toBeNull();
});

test('a page without the tags that HTML lets out keeps its doctype in front', async () => {
  await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><title>LEDs</title><p>on');
  });
  expect(await (await fetch(live.url)).text()).toMatch(/^<!doctype html><title>LEDs<\/title><p>on<script>/);
});

test('a port that is taken is a usage error with a cure', async () => {
  const taken = Number(new URL(live.url).port);
  await expect(startLiveReload(taken)).rejects.toMatchObject({ exitCode: 2, cure: expect.any(String) as string });
});

test.each([
  ['that never ends', 'identity', Buffer.alloc(2 << 20, 'x')],
  ['that unpacks to more than memory is for', 'gzip', gzipSync(Buffer.alloc(8 << 20, 'x'))],
])('a page %s is refused', async (_what, encoding, body) => {
  await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': encoding });
    response.end(body);
  });
  const answer = await fetch(live.url);
  expect([answer.status, await answer.text()]).toEqual([502, expect.stringMatching(/The board is not there/)]);
});

test('everything else passes as it is: method, path, body, status', async () => {
  await serve((incoming, response) => {
    incoming.setEncoding('utf8').on('data', (text: string) => {
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify([incoming.method, incoming.url, text]));
    });
  });
  const answer = await fetch(`${live.url}api/leds`, { method: 'POST', body: 'name=D4' });
  expect(answer.status).toBe(201);
  expect(await answer.json()).toEqual(['POST', '/api/leds', 'name=D4']);
});

test('browsers are told to reload', async () => {
  const events = await fetch(`${live.url}__last-ack/reload`);
  const reader = (events.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toBe(': connected\n\n');
  live.reload();
  expect((await reader.read()).value).toBe('data: reload\n\n');
});

test('while the board is away the page says so, and comes back with it', async () => {
  const answer = await fetch(live.url);
  expect(answer.status).toBe(502);
  expect(await answer.text()).toMatch(/EventSource.*The board is not there: the board does not serve yet/);
});
