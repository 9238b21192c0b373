import type { Command } from 'commander';

/** A verb of `last-ack`: its options and action are registered only when it is the one that was asked for. */
export interface Verb {
  name: string;
  summary: string;
  load: () => Promise<{ register: (command: Command) => void }>;
}

export const verbs: readonly Verb[] = [
  {
    name: 'run',
    summary: 'build, flash, upload, boot and, with --stress, hammer: all in one go, what flash.sh calls',
    load: () => import('./run/command.ts'),
  },
  {
    name: 'new',
    summary: 'start a firmware project of your own, with a test',
    load: () => import('../build/new/command.ts'),
  },
  {
    name: 'build',
    summary: 'compile TypeScript firmware to dist/firmware, with a size and heap report',
    load: () => import('../build/command.ts'),
  },
  {
    name: 'flash',
    summary: 'write a NodeMCU firmware image to a board; erase, back up, restore its flash',
    load: () => import('../flash/command.ts'),
  },
  {
    name: 'upload',
    summary: 'put what was built onto a board: changed files only, verified, all or nothing',
    load: () => import('../upload/command.ts'),
  },
  {
    name: 'monitor',
    summary: 'follow the serial log of a board, with tracebacks that point at TypeScript',
    load: () => import('../monitor/command.ts'),
  },
  {
    name: 'dev',
    summary: 'at every save: build, upload what changed, restart, follow the log',
    load: () => import('../dev/command.ts'),
  },
  {
    name: 'board',
    summary: 'start a virtual board with a serial port and an address',
    load: () => import('../virtual-board/command.ts'),
  },
  {
    name: 'stress',
    summary: 'hammer a board with HTTP HEAD, one TCP connection each, and judge how each ended',
    load: () => import('../../host-tests/stress/command.ts'),
  },
  {
    name: 'compare',
    summary: 'set two results of stress side by side: what got better, what got worse',
    load: () => import('../../host-tests/stress/compare-command.ts'),
  },
  {
    name: 'judge',
    summary: 'say of a capture file how every connection ended, and write it into the capture',
    load: () => import('../../host-tests/judge/command.ts'),
  },
  {
    name: 'conformance',
    summary: 'hold a web server against RFC 9112 and RFC 9110, one case at a time',
    load: () => import('../../host-tests/conformance/command.ts'),
  },
  {
    name: 'experiment',
    summary: 'reproduce and cure the findings of four published lab texts: measured beside expected',
    load: () => import('../../host-tests/experiments/command.ts'),
  },
  {
    name: 'size',
    summary: 'say how large TCP windows may be with so many buffers and connections',
    load: () => import('../../host-tests/experiments/size/command.ts'),
  },
  {
    name: 'trace',
    summary: 'say where in TypeScript the errors in a log come from',
    load: () => import('../build/trace/command.ts'),
  },
  {
    name: 'doctor',
    summary: 'say what this machine has, and what to do about what it lacks',
    load: () => import('../doctor/command.ts'),
  },
];
