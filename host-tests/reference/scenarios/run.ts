import { compareScenario } from './compare.ts';
import { observe } from './observe.ts';
import type { Scenario } from './scenario.ts';

/**
 * The device's timers stand at any phase when a scenario begins, so that its recordings differ where a tick meets an
 * event. A virtual board is right when one of these phases gives a recorded sequence.
 */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

/** What is wrong with the virtual board in the phase that comes nearest; nothing = right. */
export function runScenario(scenario: Scenario, profile = 'nodemcu-3.0'): string[] {
  let best: string[] | undefined;
  for (const seed of SEEDS) {
    const problems = compareScenario(scenario, observe(scenario, profile, seed));
    if (problems.length === 0) return [];
    if (!best || problems.length < best.length) best = problems;
  }
  return best ?? [];
}
