import type { Command } from 'commander';

/** A verb of `last-ack`: its options and action are registered only when it is the one that was asked for. */
export interface Verb {
  name: string;
  summary: string;
  load: () => Promise<{ register: (command: Command) => void }>;
}

export const verbs: readonly Verb[] = [
  {
    name: 'build',
    summary: 'compile TypeScript firmware to dist/firmware, with a size and heap report',
    load: () => import('../build/command.ts'),
  },
  { name: 'board', summary: 'start the virtual board', load: () => import('../virtual-board/command.ts') },
  {
    name: 'flash',
    summary: 'write a NodeMCU firmware image to a board or the virtual board',
    load: () => import('../flash/command.ts'),
  },
  {
    name: 'upload',
    summary: 'upload changed files only, verified, atomic',
    load: () => import('../upload/command.ts'),
  },
  {
    name: 'monitor',
    summary: 'serial terminal with tracebacks that point at TypeScript',
    load: () => import('../monitor/command.ts'),
  },
  {
    name: 'dev',
    summary: 'build, upload what changed, restart and follow the log at every save',
    load: () => import('../dev/command.ts'),
  },
  {
    name: 'stress',
    summary: 'hammer a board with HTTP HEAD, one TCP connection each, and judge every ending',
    load: () => import('../../host-tests/stress/command.ts'),
  },
  {
    name: 'compare',
    summary: 'set two results of stress side by side: what got better, what got worse',
    load: () => import('../../host-tests/stress/compare-command.ts'),
  },
  {
    name: 'experiment',
    summary: 'the four texts reproduced and cured in virtual time: measured beside expected',
    load: () => import('../../host-tests/experiments/command.ts'),
  },
  {
    name: 'conformance',
    summary: 'hold a web server against RFC 9112 and RFC 9110, one case at a time',
    load: () => import('../../host-tests/conformance/command.ts'),
  },
  {
    name: 'run',
    summary: 'build, flash, upload, log and stress in one go: what flash.sh calls',
    load: () => import('./run/command.ts'),
  },
  {
    name: 'judge',
    summary: 'say of a capture how every connection ended, and write it into the capture',
    load: () => import('../../host-tests/judge/command.ts'),
  },
  {
    name: 'doctor',
    summary: 'say what this machine has, and what to do about what it lacks',
    load: () => import('../doctor/command.ts'),
  },
  {
    name: 'trace',
    summary: 'say where in TypeScript the errors in a log come from',
    load: () => import('../build/trace/command.ts'),
  },
  {
    name: 'new',
    summary: 'start a firmware project of your own, with a test',
    load: () => import('../build/new/command.ts'),
  },
];
