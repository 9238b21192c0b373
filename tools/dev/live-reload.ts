import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { ExitCode, UserError } from '../cli/exit.ts';
import type { Serving } from '../monitor/serving.ts';

/** A web server on localhost that shows the board's pages and reloads them in the browser when told to. */
export interface LiveReload {
  url: string;
  /** Where the board serves from now on. */
  setBoard(address: Serving): void;
  reload(): void;
  close(): Promise<void>;
}

/** Of a page as it comes from the board, and unpacked. */
const maxPageBytes = 1 << 20;
const maxTextBytes = 4 << 20;

const eventsPath = '/__last-ack/reload';
const script = `<script>new EventSource('${eventsPath}').onmessage = () => location.reload()</script>`;

/** Headers that belong to one connection (RFC 9110 section 7.6.1), and those that the added script makes wrong. */
const notPassedOn = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);
const wrongForPages = new Set(['content-encoding', 'etag', 'last-modified', 'cache-control']);

export async function startLiveReload(port = 0): Promise<LiveReload> {
  const browsers = new Set<ServerResponse>();
  let board: Serving | undefined;
  const server = createServer((incoming, response) => {
    if (incoming.url === eventsPath) addBrowser(browsers, response);
    else if (board) passOn(incoming, response, board);
    else explain(response, 'the board does not serve yet');
  });
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    setBoard: (address) => {
      board = address;
    },
    reload: () => {
      for (const browser of browsers) browser.write('data: reload\n\n');
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void =>
      reject(
        new UserError(
          `the page cannot be served on port ${port} of this machine: ${error.message}`,
          'leave out --page-port for a free one',
          ExitCode.usage,
        ),
      );
    server.once('error', refuse).listen(port, '127.0.0.1', resolve);
  });
}

function addBrowser(browsers: Set<ServerResponse>, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': connected\n\n');
  browsers.add(response);
  response.on('close', () => browsers.delete(response));
}

function passOn(incoming: IncomingMessage, response: ServerResponse, board: Serving): void {
  const headers = { ...incoming.headers, host: `${board.host}:${board.port}`, connection: 'close' };
  delete headers['if-none-match'];
  const outgoing = request({
    ...board,
    method: incoming.method,
    path: incoming.url,
    headers,
    agent: false,
    timeout: 10_000,
  });
  outgoing.on('response', (answer) => {
    answerWith(answer, response).catch((error: unknown) => explain(response, String(error)));
  });
  outgoing.on('timeout', () => outgoing.destroy(new Error('the board does not answer')));
  outgoing.on('error', (error) => explain(response, error.message));
  incoming.pipe(outgoing);
}

async function answerWith(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  const isPage = answer.headers['content-type']?.startsWith('text/html') === true;
  const headers = Object.entries(answer.headers).filter(
    ([name]) => !notPassedOn.has(name) && !(isPage && wrongForPages.has(name)),
  );
  const writeHead = (): unknown => response.writeHead(answer.statusCode ?? 502, Object.fromEntries(headers));
  if (!isPage) {
    writeHead();
    await pipeline(answer, response);
    return;
  }
  const body = await pageOf(answer);
  const page = body.length > 0 ? addScript(decode(body, answer.headers['content-encoding'])) : body;
  writeHead();
  response.end(page);
}

/** No board has a page that large; something that sends for ever must not fill this machine's memory. */
async function pageOf(answer: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size > maxPageBytes) throw new Error(`its page has more than ${maxPageBytes} bytes`);
  }
  return Buffer.concat(parts);
}

/** Before the end of head or body; behind a page that leaves both out, since in front of it the doctype would be lost. */
function addScript(page: string): string {
  const end = ['</head>', '</body>', '</html>'].find((tag) => page.includes(tag));
  return end === undefined ? `${page}${script}` : page.replace(end, `${script}${end}`);
}

function decode(body: Buffer, encoding: string | undefined): string {
  const decoders: Record<string, (bytes: Buffer, limit: { maxOutputLength: number }) => Buffer> = {
    gzip: gunzipSync,
    deflate: inflateSync,
    br: brotliDecompressSync,
  };
  return (decoders[encoding ?? '']?.(body, { maxOutputLength: maxTextBytes }) ?? body).toString('utf8');
}

/** A page that comes back by itself when the board does. */
function explain(response: ServerResponse, reason: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(502, { 'content-type': 'text/html; charset=utf-8' });
  const text = reason.replace(/[&<]/g, (character) => (character === '&' ? '&amp;' : '&lt;'));
  response.end(`<!doctype html><title>last-ack</title>${script}<p>The board is not there: ${text}</p>`);
}
