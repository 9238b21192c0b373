import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FrameSource, OnFrame } from './frame-source.ts';
import { PcapStream } from './pcap-stream.ts';

/** Kernel buffer in KiB: the default loses frames at full rate, this one lost none. */
const BUFFER_KIB = 65_536;

/**
 * Captures through the tcpdump program, for machines where it may capture and we may not. Rejects with tcpdump's own
 * words when it cannot.
 */
export async function openTcpdump(
  interfaceName: string,
  host: string,
  port: number,
  onFrame: OnFrame,
): Promise<FrameSource> {
  const filter = `host ${host} and tcp port ${port}`;
  const args = [
    '-i',
    interfaceName,
    '-n',
    '-U',
    '-s',
    '128',
    '-B',
    String(BUFFER_KIB),
    '--immediate-mode',
    '-w',
    '-',
    filter,
  ];
  const child = spawn('tcpdump', args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const stream = new PcapStream(onFrame);
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => stream.take(chunk));
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      words += error.message;
      resolve();
    });
    child.on('close', () => resolve());
  });
  const listening = (async () => {
    while (!words.includes('listening on')) await once(child.stderr, 'data');
    return true;
  })();
  if ((await Promise.race([listening, ended])) !== true) throw new Error(words.trim() || 'tcpdump ended at once');
  return {
    name: `tcpdump on ${interfaceName}`,
    drops: () => Number(/(\d+) packets? dropped by kernel/.exec(words)?.[1] ?? 0),
    close: async () => {
      child.kill('SIGINT');
      await ended;
    },
  };
}
