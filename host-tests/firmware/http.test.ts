import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from './client.ts';
import { type BoardFiles, compileFirmware, Lab } from './lab.ts';

let files: BoardFiles;
let lab: Lab;

beforeAll(async () => {
  files = await compileFirmware();
  lab = new Lab({ files });
  lab.boot();
});

afterAll(() => lab.close());

/** White space after a field is none of its value (RFC 9112 section 5.1). */
const head = (response: string): string => response.slice(0, response.indexOf('\r\n\r\n')).replace(/ +$/gm, '');
const body = (response: string): string => response.slice(response.indexOf('\r\n\r\n') + 4);
const status = (request: string | readonly string[]): string => exchange(lab, request).response.slice(9, 12);
const pause = (): void => lab.run(16_000);

describe('the LED web server', () => {
  it('serves the page compressed, and HEAD with the very fields of GET but no body', () => {
    const get = exchange(lab, 'GET / HTTP/1.0\r\n\r\n').response;
    const { response } = exchange(lab, 'HEAD / HTTP/1.0\r\n\r\n');
    expect(head(response)).toBe(head(get));
    expect(body(response)).toBe('');
    expect(gunzipSync(Buffer.from(body(get), 'latin1')).toString()).toContain('<title>LEDs</title>');
  });

  it('gives the same fields to a HEAD that needs the parser', () => {
    const plain = exchange(lab, 'HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n').response;
    const parsed = exchange(lab, 'HEAD / HTTP/1.1\r\nHost: a\r\nX-Other: 1\r\nConnection: close\r\n\r\n').response;
    expect(parsed).toBe(plain);
  });

  it('answers three requests at once in order, and closes as the last one asks, every time', () => {
    const one = 'HEAD / HTTP/1.1\r\nHost: a\r\n';
    for (let time = 0; time < 2; time++) {
      pause();
      const { response, outcome, totalMs } = exchange(lab, `${one}\r\nGET /nothing HTTP/1.1\r\nHost: a\r\n\r\n`, {
        style: 'waits-for-eof',
      });
      expect(outcome).toBe('answered');
      expect(response.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404']);
      expect(totalMs).toBeLessThan(1000);
      const thrice = exchange(lab, `${one}\r\n${one}\r\n${one}Connection: close\r\n\r\n`, { style: 'waits-for-eof' });
      expect(thrice.response.match(/^Connection: .*$/gm)).toEqual([
        ...['Connection: keep-alive', 'Connection: keep-alive', 'Connection: close'],
      ]);
      expect(thrice.totalMs).toBeLessThan(1000);
    }
  });

  it('answers 304 to a browser that has the page', () => {
    const etag = /ETag: (\S+)/.exec(exchange(lab, 'HEAD / HTTP/1.0\r\n\r\n').response)?.[1] ?? '';
    expect(status(`GET / HTTP/1.0\r\nIf-None-Match: ${etag}\r\n\r\n`)).toBe('304');
    expect(status(`GET / HTTP/1.0\r\nIf-None-Match: "other", W/${etag}\r\n\r\n`)).toBe('304');
    expect(status('GET / HTTP/1.0\r\nIf-None-Match: *\r\n\r\n')).toBe('304');
    expect(status('GET / HTTP/1.0\r\nIf-None-Match: "other"\r\n\r\n')).toBe('200');
    expect(status(`GET / HTTP/1.0\r\nIf-None-Match: "other"\r\nX-Other: ${etag}\r\n\r\n`)).toBe('200');
  });

  it('takes as many fields as fit into 2 kB without running short of memory', () => {
    const fields = Array.from({ length: 100 }, (_, index) => `X-Field-${index}: ${index}\r\n`).join('');
    expect(status(`GET / HTTP/1.0\r\n${fields}\r\n`)).toBe('200');
    expect(lab.log).not.toContain('memory');
    expect(lab.restarts).toBe(0);
  });

  it.each([
    ['no Host in HTTP/1.1', 'GET / HTTP/1.1\r\n\r\n', '400'],
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', '400'],
    ['no Host in a HEAD', 'HEAD / HTTP/1.1\r\n\r\n', '400'],
    ['two Hosts in a HEAD', 'HEAD / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', '400'],
    ['white space before a colon', 'GET / HTTP/1.0\r\nA : b\r\n\r\n', '400'],
    ['a folded field', 'GET / HTTP/1.0\r\nA: b\r\n c\r\n\r\n', '400'],
    ['no request line', 'hello\r\n\r\n', '400'],
    ['an unknown path', 'GET /nothing HTTP/1.0\r\n\r\n', '404'],
    ['an escaped path', 'GET /%61pi/leds HTTP/1.0\r\n\r\n', '200'],
    ['a URI of another scheme', 'GET https://a/ HTTP/1.0\r\n\r\n', '400'],
    ['a URI of ours', 'GET http://a/api/leds HTTP/1.0\r\n\r\n', '200'],
    ['a broken escape', 'GET /%6 HTTP/1.0\r\n\r\n', '400'],
    ['a method that the path does not take', 'DELETE / HTTP/1.0\r\n\r\n', '405'],
    ['an unknown method', 'BREW / HTTP/1.0\r\n\r\n', '501'],
    ['OPTIONS', 'OPTIONS / HTTP/1.0\r\n\r\n', '200'],
    ['HTTP/2.0', 'GET / HTTP/2.0\r\n\r\n', '505'],
    ['an endless request line', `GET /${'a'.repeat(700)}`, '414'],
    ['endless fields', `GET / HTTP/1.0\r\nA: ${'a'.repeat(2500)}`, '431'],
    ['a large body', 'POST /api/leds HTTP/1.0\r\nContent-Length: 99999\r\n\r\n', '413'],
    ['two codings', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n', '400'],
    ['a length that is no number', 'POST / HTTP/1.0\r\nContent-Length: 1 2\r\n\r\n', '400'],
    ['a Host that is none', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', '400'],
    ['two lengths', 'POST /api/leds HTTP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', '400'],
    [
      'length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      '400',
    ],
    ['an unknown coding', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n', '501'],
    ['an unknown expectation', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: x\r\n\r\n', '417'],
    ['a body that says nothing', 'POST /api/leds HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}', '422'],
  ])('answers %s', (_name, request, expected) => {
    expect(status(request)).toBe(expected);
  });

  it('understands a request split anywhere', () => {
    pause();
    const request =
      'POST /api/leds HTTP/1.1\r\nHost: a\r\nContent-Length: 16\r\nConnection: close\r\n\r\nname=D4&state=on';
    const whole = exchange(lab, request).response;
    for (let at = 1; at < request.length; at += 7) {
      pause();
      expect(exchange(lab, [request.slice(0, at), request.slice(at)]).response, `split at ${at}`).toBe(whole);
    }
  });

  it('reads chunks and sends 100 when it is asked for', () => {
    pause();
    const { response } = exchange(lab, [
      'POST /api/leds HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n',
      '8\r\nname=D4&\r\n9;x=y\r\nstate=off\r\n0\r\n\r\n',
    ]);
    expect(response).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    expect(response).toContain('"name":"D4","pin":4,"state":"off"');
  });

  it('answers a request that is never finished with 408', () => {
    pause();
    expect(exchange(lab, 'GET / HTT', { style: 'waits-for-eof' })).toMatchObject({
      outcome: 'answered',
      response: expect.stringContaining(' 408 ') as string,
    });
  });
});
