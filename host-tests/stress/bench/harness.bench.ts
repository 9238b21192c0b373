import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { UserError } from '../../../tools/cli/exit.ts';
import type { Bench } from '../../../tools/bench/bench.ts';

const run = promisify(execFile);

/** Shorter runs show a Node client at 0.7 of what it does warm. */
const SECONDS = 6;
const ROUNDS = 5;

interface Sample {
  perSecond: number;
  cpuMicroseconds: number;
}

/** Bars: share of ab's and wrk's rate, CPU per connection against ab's, by number of clients. */
const bars = [
  { clients: 1, rate: 0.88, cpu: 1.25 },
  { clients: 5, rate: 0.9, cpu: 1.15 },
  { clients: 50, rate: 0.92, cpu: 1.1 },
];

export const bench: Bench = {
  summary: `one HEAD per connection against nginx on loopback, medians of ${ROUNDS} interleaved runs of ${SECONDS} s`,
  async run(report, effort) {
    const server = await startNginx();
    try {
      const [rounds, seconds] = effort === 'smoke' ? [1, 1] : [ROUNDS, SECONDS];
      for (const { clients, rate, cpu } of bars) {
        const samples = await interleave({ port: server.port, clients, seconds }, rounds);
        const ours = median(samples.ours, 'perSecond');
        const abRate = median(samples.ab, 'perSecond');
        const subject = `${clients} client${clients > 1 ? 's' : ''}`;
        report({
          subject,
          value: ours,
          unit: 'connections/s',
          peer: { name: 'ab', value: abRate },
          bar: { atLeast: rate },
        });
        report({
          subject,
          value: ours,
          unit: 'connections/s',
          peer: { name: 'wrk -t1', value: median(samples.wrk, 'perSecond') },
          bar: { atLeast: rate },
        });
        report({
          subject: `${subject}, CPU`,
          value: median(samples.ours, 'cpuMicroseconds'),
          unit: 'us per connection',
          peer: { name: 'ab', value: median(samples.ab, 'cpuMicroseconds') },
          bar: { atMost: cpu },
        });
      }
    } finally {
      await server.stop();
    }
  },
};

interface Load {
  port: number;
  clients: number;
  seconds: number;
}

async function interleave(load: Load, rounds: number): Promise<Record<'ours' | 'ab' | 'wrk', Sample[]>> {
  const samples: Record<'ours' | 'ab' | 'wrk', Sample[]> = { ours: [], ab: [], wrk: [] };
  for (let round = 0; round < rounds; round++) {
    samples.ab.push(await runAb(load));
    samples.ours.push(await runOurs(load));
    samples.wrk.push(await runWrk(load));
  }
  return samples;
}

const median = (samples: readonly Sample[], key: keyof Sample): number =>
  samples.map((sample) => sample[key]).sort((a, b) => a - b)[samples.length >> 1] ?? 0;

async function runOurs({ port, clients, seconds }: Load): Promise<Sample> {
  const child = new URL('./load-child.ts', import.meta.url).pathname;
  const args = ['--import', 'tsx', child, String(port), String(clients), String(seconds * 1000)];
  const { stdout } = await run(process.execPath, args);
  const result = JSON.parse(stdout) as Sample & { unclean: number };
  if (result.unclean > 0) throw new Error(`${result.unclean} connections were not answered`);
  return result;
}

async function runAb({ port, clients, seconds }: Load): Promise<Sample> {
  const { output, cpuSeconds } = await timed(
    ...['ab', '-q', '-i', '-t', `${seconds}`, '-n', '10000000', '-c', `${clients}`, `http://127.0.0.1:${port}/`],
  );
  const perSecond = Number(/Requests per second:\s+([\d.]+)/.exec(output)?.[1]);
  const complete = Number(/Complete requests:\s+(\d+)/.exec(output)?.[1]);
  return { perSecond, cpuMicroseconds: (cpuSeconds * 1e6) / complete };
}

async function runWrk({ port, clients, seconds }: Load): Promise<Sample> {
  // wrk cannot read answers to HEAD with a Content-Length above 0; GET of an empty body is as long on the wire.
  const { output, cpuSeconds } = await timed(
    ...['wrk', '-t1', '-c', `${clients}`, '-d', `${seconds}s`, '-H', 'Connection: close', `http://127.0.0.1:${port}/`],
  );
  const complete = Number(/(\d+) requests in/.exec(output)?.[1]);
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]),
    cpuMicroseconds: (cpuSeconds * 1e6) / complete,
  };
}

/** Runs a command under bash's `time`. */
async function timed(...command: readonly string[]): Promise<{ output: string; cpuSeconds: number }> {
  const { stdout, stderr } = await run('bash', ['-c', 'TIMEFORMAT="cpu %U %S"; time "$@"', 'bash', ...command]).catch(
    () => {
      throw new UserError(`${command[0] ?? ''} did not run.`, 'Install apache2-utils, wrk and nginx-light (apt).');
    },
  );
  const [, user = '0', system = '0'] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  return { output: stdout, cpuSeconds: Number(user) + Number(system) };
}

async function startNginx(): Promise<{ port: number; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'last-ack-bench-'));
  const port = await freePort();
  writeFileSync(
    join(folder, 'nginx.conf'),
    `worker_processes 1; daemon off; error_log stderr crit; pid ${folder}/pid;
events { worker_connections 4096; }
http { access_log off; keepalive_timeout 0; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p;
fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
server { listen 127.0.0.1:${port} backlog=4096; location / { return 200 ''; } } }`,
  );
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const failed = new Promise<never>((_resolve, reject) => {
    child.once('error', () => reject(new UserError('nginx did not start.', 'Install nginx-light (apt).')));
    child.once('exit', (code) => reject(new Error(`nginx ended with ${code ?? 'a signal'}`)));
  });
  failed.catch(() => undefined);
  await Promise.race([untilListening(port), failed]);
  return {
    port,
    stop: async () => {
      child.kill('SIGTERM');
      await failed.catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilListening(port: number): Promise<void> {
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    await sleep(50);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
