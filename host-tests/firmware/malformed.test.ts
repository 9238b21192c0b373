import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from './client.ts';
import { compileFirmware, Lab } from './lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = new Lab({ files: await compileFirmware() });
  lab.boot();
});

afterAll(() => lab.close());

const token = fc.constantFrom('GET', 'HEAD', 'POST', 'G T', '', 'get', 'PUT', 'OPTIONS', '\0', 'X'.repeat(40));
const target = fc.oneof(fc.constantFrom('/', '/api/leds', '/%', '/%00', '*', 'http://a/', ''), fc.string());
const version = fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/1.', 'HTTP/9.9', '');
const lineEnd = fc.constantFrom('\r\n', '\n', '\r', '\n\r');
const field = fc.oneof(
  fc.constantFrom(
    'Host: a',
    'Content-Length: 3',
    'Content-Length: -1',
    'Transfer-Encoding: chunked',
    'Expect: 100-continue',
  ),
  fc.constantFrom('Connection: close', ': x', 'A b: c', ' folded', `A: ${'b'.repeat(300)}`),
  fc.string(),
);
const body = fc.oneof(fc.constantFrom('', 'abc', '3\r\nabc\r\n0\r\n\r\n', 'zz\r\n', '{"name":'), fc.string());
const request = fc
  .tuple(token, target, version, lineEnd, fc.array(field, { maxLength: 6 }), body)
  .map(([method, path, http, end, fields, rest]) =>
    [`${method} ${path} ${http}`, ...fields, '', rest].join(end).replace(/[^\0-\xff]/g, '?'),
  );

describe('whatever is sent', () => {
  it('gets a response or a clean close, and the server goes on', () => {
    fc.assert(
      fc.property(request, (text) => {
        const { response, outcome } = exchange(lab, text, { style: 'waits-for-eof', patienceMs: 60_000 });
        expect(outcome).not.toBe('timeout');
        expect(response).toMatch(/^(HTTP\/1\.1 [1-5]\d\d |$)/);
        lab.run(20_000);
      }),
      { numRuns: 150, seed: 7 },
    );
    expect(lab.restarts).toBe(0);
    expect(exchange(lab, 'HEAD / HTTP/1.0\r\n\r\n').response).toContain(' 200 ');
  });
});
