import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from './client.ts';
import { compileFirmware, Lab } from './lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = new Lab({ files: await compileFirmware('examples/line-server/main.ts') });
  lab.boot();
});

afterAll(() => lab.close());

const say = (pieces: readonly string[]): string => exchange(lab, pieces, { port: 7, style: 'waits-for-eof' }).response;

describe('a protocol of one’s own on the connection manager', () => {
  it('gets input in whatever pieces it comes, answers in order and is asked when a line is late', () => {
    expect(say(['hel', 'lo\n\nthree words here\nno', ' end'])).toBe(
      '5 characters\n0 characters\n16 characters\ntoo late\n',
    );
  });

  it('refuses by itself what is too long', () => {
    expect(say(['x'.repeat(100)])).toBe('too long\n');
  });
});
