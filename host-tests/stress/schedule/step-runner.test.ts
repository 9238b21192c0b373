import { expect, test } from 'vitest';
import { LocalPorts } from '../client/local-ports.ts';
import type { Target } from '../client/slot.ts';
import { parseMix } from '../client/style.ts';
import type { Step } from './ladder.ts';
import { runStep, type StepOptions } from './step-runner.ts';

test('a client that this machine gives no port to does not try again in a busy loop', async () => {
  const request = Buffer.from('HEAD / HTTP/1.1\r\n\r\n');
  const target: Target = { address: '127.0.0.1', port: 9, method: 'HEAD', request, keepAliveRequest: request };
  const step: Step = {
    name: 'test',
    load: { kind: 'clients', clients: 2, pauseMs: 0 },
    durationMs: 200,
    mix: parseMix('client-first'),
  };
  const outcomes: string[] = [];
  // Nobody has this address: every bind to it is refused (RFC 5737).
  const ports = new LocalPorts(['198.51.100.1'], { first: 40_000, last: 60_000 }, () => 0);
  const began = performance.now();
  await runStep({
    target,
    step,
    deadlineMs: 1000,
    ports,
    random: () => 0,
    signal: new AbortController().signal,
    onExchange: ({ outcome }) => {
      outcomes.push(outcome);
    },
  } as StepOptions);
  expect(new Set(outcomes)).toEqual(new Set(['harness']));
  // 20 ms from one try of a client to its next; a timer may be a millisecond early.
  expect(outcomes.length).toBeLessThanOrEqual(2 * ((performance.now() - began) / 19 + 1));
});
