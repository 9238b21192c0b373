// A whole run in a process of its own: `memory-child.ts <port> <connections>` prints its peak of resident memory.
import { runStress } from '../run.ts';
import { stepsOf } from '../schedule/ladder.ts';
import { parseLoad } from '../schedule/load.ts';

const [port = 0, wanted = 0] = process.argv.slice(2).map(Number);
const report = await runStress({
  ...{ host: '127.0.0.1', port, path: '/', method: 'HEAD', capture: 'none' },
  steps: stepsOf([parseLoad(`clients:50/${wanted}x`)]),
});
const { maxRSS } = process.resourceUsage();
console.log(JSON.stringify({ connections: report.totals.connections, megabytes: maxRSS / 1000 }));
