import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { observe } from './scenarios/observe.ts';
import { runScenario } from './scenarios/run.ts';
import type { Scenario } from './scenarios/scenario.ts';

const folder = new URL('./data/scenarios/', import.meta.url);
const load = (file: string): Scenario => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Scenario;

describe('the virtual board does what the real firmware did in', () => {
  it.each(readdirSync(folder).sort())('%s', (file) => {
    expect(runScenario(load(file))).toEqual([]);
  });
});

it('gives the same trace for the same seed, and another phase of the timers for another', () => {
  const scenario = load('065-send-from-timer-latency.json');
  const hash = (seed: number): string => {
    const { segments, events, states } = observe(scenario, 'nodemcu-3.0', seed);
    return createHash('sha256')
      .update(JSON.stringify([segments, events, states]))
      .digest('hex');
  };
  expect(hash(7)).toBe(hash(7));
  expect(new Set([1, 2, 3, 4, 5, 6].map(hash)).size).toBeGreaterThan(1);
});
