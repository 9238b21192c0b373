import { describe, expect, it } from 'vitest';
import { FineClock, VirtualClock } from './clock.ts';

describe('the virtual clock', () => {
  it('runs events in order of time, and of creation where times are equal', () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    clock.after(20, () => ran.push('late'));
    clock.after(10, () => ran.push('first'));
    clock.after(10, () => ran.push('second'));
    clock.runUntil(30);
    expect(ran).toEqual(['first', 'second', 'late']);
    expect(clock.now()).toBe(30);
  });

  it('does not run what was cancelled', () => {
    const clock = new VirtualClock();
    let ran = false;
    clock.after(1, () => (ran = true)).cancel();
    clock.runUntil(10);
    expect(ran).toBe(false);
    expect(clock.step()).toBe(false);
  });

  it('leaves events after the asked time for later', () => {
    const clock = new VirtualClock();
    const at: number[] = [];
    for (let delay = 1; delay <= 100; delay++) clock.after((delay * 37) % 101, () => at.push(clock.now()));
    clock.runUntil(50);
    expect(at).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  it('runs an event that falls into spent time as soon as it can, without going back', () => {
    const clock = new VirtualClock();
    const at: number[] = [];
    clock.after(1, () => clock.spend(10));
    clock.after(5, () => at.push(clock.now()));
    clock.runUntil(20);
    expect(at).toEqual([11]);
  });
});

describe('the fine clock', () => {
  it('never calls before the time, and not what was cancelled', async () => {
    const clock = new FineClock();
    for (const delay of [0, 0.05, 0.3, 0.7]) {
      const start = clock.now();
      const cancelled = clock.after(delay / 2, () => {
        throw new Error('this call was cancelled');
      });
      cancelled.cancel();
      await new Promise<void>((resolve) => clock.after(delay, resolve));
      expect(clock.now() - start).toBeGreaterThanOrEqual(delay);
    }
  });
});
