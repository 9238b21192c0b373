import { expect, test } from 'vitest';
import { ResponseReader } from './response-reader.ts';

/** Feeds `text` in pieces of `size` bytes; returns the reader after the connection's end. */
function read(method: 'HEAD' | 'GET', text: string, size = 1000): ResponseReader {
  const reader = new ResponseReader(method);
  for (let at = 0; at < text.length; at += size) {
    const piece = Buffer.from(text.slice(at, at + size));
    reader.take(piece, piece.length);
  }
  reader.finish();
  return reader;
}

const head = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n';

test.each([1, 7, 1000])('a response to HEAD is whole after its header, in pieces of %i bytes', (size) => {
  expect(read('HEAD', head, size)).toMatchObject({ state: 'complete', status: 200, closes: true });
});

test.each<[string, 'HEAD' | 'GET', string, string]>([
  ['a body of the promised length', 'GET', `${head}hello`, 'complete'],
  ['a body cut short', 'GET', `${head}hel`, 'body'],
  ['a body that is too long', 'GET', `${head}hello!`, 'wrong'],
  ['a body after HEAD', 'HEAD', `${head}hello`, 'wrong'],
  ['a body without a length, to the end', 'GET', 'HTTP/1.0 200 OK\r\n\r\nhello', 'complete'],
  ['204 without a body', 'GET', 'HTTP/1.1 204 No Content\r\n\r\n', 'complete'],
  ['half a header', 'HEAD', 'HTTP/1.1 200 OK\r\nCont', 'head'],
  ['another protocol', 'HEAD', 'SSH-2.0-dropbear\r\n', 'wrong'],
  ['a status line without a status', 'HEAD', 'HTTP/1.1 OK\r\n\r\n', 'wrong'],
  ['an endless header', 'HEAD', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`, 'wrong'],
])('%s', (_name, method, text, state) => {
  expect(read(method, text).state).toBe(state);
});

test('a reader that was reset knows nothing of the last response', () => {
  const reader = read('HEAD', 'HTTP/1.1 404 Not Found\r\n\r\n');
  reader.reset();
  expect(reader).toMatchObject({ state: 'head', status: 0, fault: '' });
});
