import { describe, expect, it } from 'vitest';
import { CORRECT_TCP } from '../../../tools/virtual-board/profiles/correct.ts';
import { NODEMCU_TCP } from '../../../tools/virtual-board/profiles/nodemcu-3.0.ts';
import { nodemcuTimelines } from './nodemcu-timelines.ts';
import { play } from './timeline.ts';
import { delayedAckTimelines, timelines } from './timelines.ts';

describe('the correct profile follows RFC 9293 in', () => {
  it.each(Object.entries(timelines))('%s', (_name, text) => {
    expect(play(CORRECT_TCP, text)).toEqual([]);
  });

  it.each(Object.entries(delayedAckTimelines))('%s', (_name, text) => {
    expect(play({ ...CORRECT_TCP, quickAcks: 0 }, text)).toEqual([]);
  });
});

describe('the profile nodemcu-3.0 follows its firmware:', () => {
  it.each(Object.entries(nodemcuTimelines))('%s', (_name, text) => {
    expect(play({ ...NODEMCU_TCP, polling: undefined }, text)).toEqual([]);
  });
});

it('a time line that is not followed says where', () => {
  expect(play(CORRECT_TCP, '0 peer S 0 win 4096\n0 stack SA 0')).toEqual([
    'stack 1: expected SA 0 at 0, found RA 0 len 0 ack 1 win 65535 at 0',
  ]);
});
