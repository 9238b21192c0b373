import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from './client.ts';
import { fuzz, RECOVERY_MS } from './fuzz.ts';
import { type BoardFiles, compileFirmware, Lab } from './lab.ts';
import { readAnswers, Visitor } from './visitor.ts';

let files: BoardFiles;
let lab: Lab;

beforeAll(async () => {
  files = await compileFirmware();
});

afterEach(() => lab.close());

/** `npm run bench -- fuzz` sends a hundred times as many. */
const COUNT = 1000;
/** What tables may take more after a load than before: they grow by doubling and shrink late. */
const TABLES = 1500;

describe('whatever is sent, split anywhere, aborted or left', () => {
  it.each([1, 6])('gets a valid answer or a clean close from a board that goes on, %i at once', (clients) => {
    lab = new Lab({ files });
    lab.boot();
    const report = fuzz(lab, { count: COUNT, seed: 7, clients });
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ visits: COUNT, restarts: 0 });
    expect((report.heaps[0] ?? 0) - (report.heaps.at(-1) ?? 0)).toBeLessThan(TABLES);
    expect(exchange(lab, 'HEAD / HTTP/1.0\r\n\r\n').response).toContain(' 200 ');
    for (const status of ['200', '400', '401', '404', '405', '413', '414', '422', '501', '505'])
      expect(report.outcomes[status], status).toBeGreaterThan(0);
    // When others wait for the place, the slow are closed without a word.
    if (clients === 1) expect(report.outcomes['408']).toBeGreaterThan(0);
  });
});

describe('clients that leave before they are answered', () => {
  it.each(['HEAD', 'GET'])('one after the other without a pause take no memory for good: %s', (method) => {
    lab = new Lab({ files });
    lab.boot();
    const before = lab.board.snapshot({ collect: true }).heap;
    const pieces = [`${method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`];
    let begun = 0;
    let over = 0;
    const next = (): void => {
      if (begun++ === COUNT) return;
      new Visitor(lab, { pieces, gapMs: 0, ending: 'leaves' }, () => {
        over++;
        lab.clock.after(1, next);
      });
    };
    next();
    expect(lab.runUntil(() => over === COUNT, 60_000)).toBe(true);
    expect(lab.restarts).toBe(0);
    expect(exchange(lab, 'HEAD / HTTP/1.0\r\n\r\n').response).toContain(' 200 ');
    lab.run(RECOVERY_MS);
    expect(before - lab.board.snapshot({ collect: true }).heap).toBeLessThan(TABLES);
  });
});

describe('the judge of answers', () => {
  const answer = (fields: string, body = ''): string => `HTTP/1.1 200 OK\r\n${fields}\r\n${body}`;

  it('reads one after the other, with or without the body that they announce', () => {
    const text = answer('Content-Length: 3\r\n', 'abc') + answer('Content-Length: 3\r\n') + answer('');
    expect(readAnswers(text)).toEqual({ statuses: [200, 200, 200], isWhole: true });
  });

  it('waits for what is not there yet', () => {
    expect(readAnswers(answer('Content-Length: 3\r\n', 'ab')).isWhole).toBe(false);
    expect(readAnswers('HTTP/1.1 20')).toEqual({ statuses: [], isWhole: false });
  });

  it('finds what is not HTTP and fields that a client has slipped in', () => {
    expect(readAnswers('hello\r\n\r\n').problem).toContain('not HTTP');
    expect(readAnswers(answer('', 'rest')).problem).toContain('not HTTP');
    expect(readAnswers(answer('Set-Cookie: a\r\n')).problem).toBe('the field Set-Cookie is not ours');
  });
});
