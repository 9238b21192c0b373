import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UserError } from '../../../tools/cli/exit.ts';
import type { LoadOrder, LoadResult } from './load-child.ts';

const run = promisify(execFile);

export interface Sample {
  perSecond: number;
  cpuMicroseconds: number;
}

/** Runs our client in a process of its own. Rejects when a connection was not answered. */
export async function runOurs(
  order: Omit<LoadOrder, 'warmUpMs' | 'workers'> & Partial<LoadOrder>,
): Promise<LoadResult> {
  const child = new URL('./load-child.ts', import.meta.url).pathname;
  const whole: LoadOrder = { workers: 0, warmUpMs: 1000, ...order };
  const { stdout } = await run(process.execPath, ['--import', 'tsx', child, JSON.stringify(whole)]);
  const result = JSON.parse(stdout) as LoadResult;
  if (result.unclean > 0) throw new Error(`${result.unclean} connections were not answered`);
  return result;
}

export async function runAb(port: number, clients: number, seconds: number): Promise<Sample> {
  const { output, cpuSeconds } = await timed(
    `ab -q -i -t ${seconds} -n 10000000 -c ${clients} http://127.0.0.1:${port}/`,
  );
  const complete = Number(/Complete requests:\s+(\d+)/.exec(output)?.[1]);
  return {
    perSecond: Number(/Requests per second:\s+([\d.]+)/.exec(output)?.[1]),
    cpuMicroseconds: (cpuSeconds * 1e6) / complete,
  };
}

/** wrk cannot read answers to HEAD with a Content-Length above 0; GET of an empty body is as long on the wire. */
export async function runWrk(port: number, clients: number, seconds: number): Promise<Sample> {
  const { output, cpuSeconds } = await timed(
    `wrk -t1 -c ${clients} -d ${seconds}s -H 'Connection: close' http://127.0.0.1:${port}/`,
  );
  const complete = Number(/(\d+) requests in/.exec(output)?.[1]);
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]),
    cpuMicroseconds: (cpuSeconds * 1e6) / complete,
  };
}

/** Runs a command under bash's `time`. */
async function timed(command: string): Promise<{ output: string; cpuSeconds: number }> {
  const { stdout, stderr } = await run('bash', ['-c', `TIMEFORMAT='cpu %U %S'; time ${command}`]).catch(() => {
    throw new UserError(`${command.split(' ')[0] ?? ''} did not run.`, 'Install apache2-utils and wrk (apt).');
  });
  const [, user = '0', system = '0'] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  return { output: stdout, cpuSeconds: Number(user) + Number(system) };
}
