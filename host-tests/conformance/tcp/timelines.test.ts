import { describe, expect, it } from 'vitest';
import { CORRECT_TCP } from '../../../tools/virtual-board/profiles/correct.ts';
import { play } from './timeline.ts';
import { timelines } from './timelines.ts';

describe('the correct profile follows RFC 9293 in', () => {
  it.each(Object.entries(timelines))('%s', (_name, text) => {
    expect(play(CORRECT_TCP, text)).toEqual([]);
  });
});
