import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FrameSource, OnFrame } from './frame-source.ts';
import { PcapStream } from './pcap-stream.ts';

/** Kernel buffer in MiB: the default loses frames at full rate, this one lost none. */
const BUFFER_MIB = 64;
/** Bytes of each frame: every header, with options. */
const SNAP = 128;

/** A program that is told to end drops what it holds back: it is told once it has written nothing for so long. */
const QUIET_MS = 800;
/** Unless the wire never falls quiet. */
const LONGEST_MS = 5000;
const POLL_MS = 50;

interface CaptureProgram {
  arguments: (interfaceName: string, filter: string) => string[];
  /** What it says on stderr once it captures. */
  begun: string;
  /** Finds the number of lost frames in what it says at its end. */
  lost: RegExp;
}

const programs: Readonly<Record<'tcpdump' | 'dumpcap', CaptureProgram>> = {
  tcpdump: {
    arguments: (name, filter) => [
      ...['-i', name, '-n', '-U', '-s', String(SNAP), '-B', String(BUFFER_MIB * 1024)],
      ...['--immediate-mode', '-w', '-', filter],
    ],
    begun: 'listening on',
    lost: /(\d+) packets? dropped by kernel/,
  },
  dumpcap: {
    arguments: (name, filter) => [
      ...['-i', name, '-P', '-q', '-s', String(SNAP), '-B', String(BUFFER_MIB)],
      ...['-f', filter, '-w', '-'],
    ],
    begun: 'File:',
    lost: /Packets received\/dropped on interface .*: \d+\/(\d+)/,
  },
};

const guard = fileURLToPath(new URL('./capture-guard.js', import.meta.url));
/** What it exits with when there is no such program. */
const NOT_FOUND = 127;

export type CaptureProgramName = keyof typeof programs;

/**
 * Captures through a program, for machines where it may capture and we may not. Rejects with the program's own words,
 * one line of them, when it cannot.
 */
export async function openCaptureProgram(
  name: CaptureProgramName,
  interfaceName: string,
  filter: string,
  onFrame: OnFrame,
): Promise<FrameSource> {
  const program = programs[name];
  const child = spawn(process.execPath, [guard, name, ...program.arguments(interfaceName, filter)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  child.stdin.on('error', () => undefined);
  const stream = new PcapStream(onFrame);
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
  let lastAt = performance.now();
  child.stdout.on('data', (chunk: Buffer) => {
    lastAt = performance.now();
    stream.take(chunk);
  });
  const ended = new Promise<void>((resolve) => {
    child.on('error', ({ message }) => {
      words += message;
      resolve();
    });
    child.on('close', (code) => {
      if (code === NOT_FOUND) words = `${name}: not installed`;
      resolve();
    });
  });
  const listening = (async () => {
    while (!words.includes(program.begun)) await once(child.stderr, 'data');
    return true;
  })();
  if ((await Promise.race([listening, ended])) !== true) throw new Error(complaint(name, words));
  return {
    name: `${name} on ${interfaceName}`,
    drops: () => Number(program.lost.exec(words)?.[1] ?? 0),
    close: async () => {
      const asked = performance.now();
      lastAt = asked;
      while (performance.now() - lastAt < QUIET_MS && performance.now() - asked < LONGEST_MS) await sleep(POLL_MS);
      child.stdin.end();
      await ended;
    },
  };
}

/** The line in which a program says what is wrong; dumpcap goes on to explain the package management of Debian. */
function complaint(name: string, words: string): string {
  const lines = words.split('\n').map((line) => line.trim());
  return (
    lines.find((line) => line.startsWith(`${name}: `)) ??
    lines.find((line) => line !== '') ??
    `${name}: it ended at once`
  );
}
