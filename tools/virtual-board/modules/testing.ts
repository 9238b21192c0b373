import { VirtualBoard, type VirtualBoardOptions } from '../board.ts';
import { VirtualClock } from '../clock.ts';
import type { BoardEvent } from '../inspect.ts';
import { findProfile } from '../profiles/index.ts';
import type { BoardProfile } from '../profiles/profile.ts';
import { seededRandom } from '../random.ts';
import { MemoryFlash } from '../serial/memory-flash.ts';

/** The release that the recorded behaviour comes from. */
export const testProfile: BoardProfile = findProfile('nodemcu-3.0');

/** A board in virtual time that runs one init.lua. */
export interface TestBoard {
  board: VirtualBoard;
  /** Lets time pass; returns what was printed meanwhile. */
  run: (milliseconds: number) => string;
  /** Events of one type so far. */
  events: (type: BoardEvent['type']) => BoardEvent[];
}

export function boot(init: string, options: Partial<VirtualBoardOptions> = {}): TestBoard {
  const clock = new VirtualClock();
  const files = { 'init.lua': Buffer.from(init, 'latin1') };
  const board = new VirtualBoard({
    ...{ profile: testProfile, clock, random: seededRandom(1), flash: new MemoryFlash(), speed: 'host', files },
    ...options,
  });
  let text = '';
  const events: BoardEvent[] = [];
  board.onEvent((event) => {
    if (event.type === 'serial') text += event.text;
    events.push(event);
  });
  board.powerOn();
  const run = (milliseconds: number): string => {
    const before = text.length;
    clock.runUntil(clock.now() + milliseconds);
    return text.slice(before);
  };
  return { board, run, events: (type) => events.filter((event) => event.type === type) };
}
