import { expect, test } from 'vitest';
import { readResponses } from './transcript.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\nx-a: 2\r\n\r\nhi';

test('reads fields without regard to case and joins repeated ones', () => {
  const [response] = readResponses(OK, ['GET'], false).responses;
  expect(response).toMatchObject({ status: 200, bodyLength: 2, complete: true });
  expect(response?.fields.get('x-a')).toBe('1, 2');
});

test('reads pipelined responses, and what does not belong to any', () => {
  const { responses, garbage } = readResponses(`${OK}${OK}!`, ['GET', 'GET'], false);
  expect(responses.map(({ status }) => status)).toEqual([200, 200]);
  expect(garbage).toBe('!');
});

test('skips interim responses', () => {
  const { responses } = readResponses(`HTTP/1.1 100 Continue\r\n\r\n${OK}`, ['POST'], false);
  expect(responses.map(({ status }) => status)).toEqual([200]);
});

test.each([
  ['to the end of the connection', 'HTTP/1.1 200 OK\r\n\r\nhello', true, { bodyLength: 5, complete: true }],
  ['not yet ended', 'HTTP/1.1 200 OK\r\n\r\nhello', false, { bodyLength: 5, complete: false }],
  ['cut short', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello', true, { bodyLength: 5, complete: false }],
  ['chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n', false, { complete: true }],
  ['chunked, cut short', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nh', true, { complete: false }],
  [
    '304 has no body',
    'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n',
    false,
    { bodyLength: 0, complete: true },
  ],
])('a body %s', (_name, text, ended, expected) => {
  expect(readResponses(text, ['GET'], ended).responses[0]).toMatchObject(expected);
});
