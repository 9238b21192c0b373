// One measured step in a process of its own: `load-child.ts <port> <clients> <milliseconds>` prints a line of JSON.
import { parseMix } from '../client/style.ts';
import type { Target } from '../client/slot.ts';
import { StepTally } from '../report/tally.ts';
import { runStep } from '../schedule/step-runner.ts';
import type { Step } from '../schedule/ladder.ts';

const [port = 0, clients = 1, durationMs = 1000] = process.argv.slice(2).map(Number);
const request = Buffer.from('HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
const target: Target = { address: '127.0.0.1', port, method: 'HEAD', request, keepAliveRequest: request };

async function measure(milliseconds: number): Promise<{ perSecond: number; cpuMicroseconds: number; unclean: number }> {
  const step: Step = {
    name: 'bench',
    load: { kind: 'clients', clients, pauseMs: 0 },
    durationMs: milliseconds,
    mix: parseMix('read-to-eof'),
  };
  const started = performance.now();
  const cpu = process.cpuUsage();
  const tally = new StepTally(step, started);
  const end = await runStep({
    target,
    step,
    deadlineMs: 5000,

    readPorts: false,
    random: Math.random,
    signal: new AbortController().signal,
    onExchange: (exchange) => tally.exchange(exchange),
  });
  tally.end(performance.now(), end);
  const { user, system } = process.cpuUsage(cpu);
  const { perSecond, connections, outcomes } = tally.report(started);
  return {
    perSecond,
    cpuMicroseconds: (user + system) / Math.max(1, connections),
    unclean: connections - (outcomes.answered ?? 0),
  };
}

await measure(1000);
console.log(JSON.stringify(await measure(durationMs)));
