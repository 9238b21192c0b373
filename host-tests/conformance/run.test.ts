import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { request, type Case } from './case.ts';
import { runConformance, type CaseResult } from './run.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that answers with `respond(request)`; undefined = closes without a word. */
async function serve(respond: (text: string) => string | undefined, stayOpen = false): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket: Socket) => {
    let text = '';
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.on('data', (data) => {
      text += data.toString('latin1');
      if (!text.includes('\r\n\r\n')) return;
      const response = respond(text);
      text = '';
      if (response !== undefined) socket.write(response, 'latin1');
      if (!stayOpen || response === undefined) socket.end();
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const simple: Case = {
  id: 'get',
  section: 'RFC 9110 9.3.1',
  level: 'MUST',
  about: 'GET is answered',
  send: request('GET / HTTP/1.1', ['Connection: close']),
  accept: ['2xx'],
  connection: 'any',
};

async function judge(port: number, over: Partial<Case>): Promise<CaseResult> {
  const [result] = await runConformance({ host: '127.0.0.1', port, cases: [{ ...simple, ...over }], settleMs: 30 });
  if (!result) throw new Error('no result');
  return result;
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';

test('a class of statuses is accepted as a whole', async () => {
  expect(await judge(await serve(() => OK), {})).toMatchObject({ passed: true, answer: '200', connection: 'closed' });
});

test('another status is a problem, in words', async () => {
  const result = await judge(await serve(() => 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'), {});
  expect(result).toMatchObject({ passed: false, problems: ['answer 404, wanted 2xx'] });
});

test('closing without a response is an answer of its own', async () => {
  expect(await judge(await serve(() => undefined), { accept: ['400', 'close'] })).toMatchObject({
    passed: true,
    answer: 'close',
  });
});

test('a connection that stays open where the close was due is a problem', async () => {
  const result = await judge(await serve(() => OK, true), { connection: 'close' });
  expect(result.problems).toEqual(['the connection stayed open']);
}, 10_000);

test('the host stands in the request', async () => {
  let seen = '';
  const port = await serve((text) => {
    seen = text;
    return OK;
  });
  await judge(port, {});
  expect(seen).toContain('\r\nHost: 127.0.0.1\r\n');
});

test('pieces arrive as segments of their own', async () => {
  const port = await serve((text) => (text.startsWith('GET') ? OK : undefined));
  expect(await judge(port, { send: ['GET / HT', 'TP/1.1\r\n', '\r\n'] })).toMatchObject({ passed: true });
});

test('a body in answer to HEAD is found', async () => {
  const result = await judge(await serve(() => OK), { send: request('HEAD / HTTP/1.1'), checks: ['no-body'] });
  expect(result.problems).toEqual(['a body came: "hi"']);
});

test('405 without Allow is found', async () => {
  const port = await serve(() => 'HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n');
  expect((await judge(port, { accept: ['405'], checks: ['allow-header'] })).problems).toEqual([
    '405 without an Allow field',
  ]);
});

test('fields that GET has and HEAD lacks are found', async () => {
  const port = await serve((text) =>
    text.startsWith('GET') ? OK.replace('\r\n\r\n', '\r\nETag: "a"\r\n\r\n') : OK.replace('hi', ''),
  );
  const result = await judge(port, { send: request('HEAD / HTTP/1.1'), checks: ['same-head-as-get'] });
  expect(result.problems).toEqual(['GET has, HEAD lacks: etag']);
});

test('a date that is not one of HTTP is found', async () => {
  const port = await serve(() => OK.replace('\r\n\r\n', '\r\nDate: yesterday\r\n\r\n'));
  expect((await judge(port, { checks: ['date-is-valid'] })).problems).toEqual(['not a date of HTTP: yesterday']);
});

test('a server that is not there gives results, not an exception', async () => {
  const port = await serve(() => OK);
  servers.pop()?.close();
  expect(await judge(port, {})).toMatchObject({ passed: false, answer: 'no connection' });
});
