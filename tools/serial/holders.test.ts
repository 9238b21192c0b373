import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { nativePty } from '../virtual-board/serial/pty.ts';
import { holdersOf } from './holders.ts';

const children: ChildProcess[] = [];

afterEach(() => children.splice(0).forEach((child) => child.kill()));

test.skipIf(process.platform !== 'linux')(
  'who has a port open is named, who made a pseudo-terminal is not',
  async () => {
    const { master, slave, pty } = nativePty().open(80, 24);
    // Children inherit both ends of the terminal, and with the master count as its maker unless they close it.
    const open = (redirection: string): number | undefined => {
      const child = spawn('bash', ['-c', `exec sleep 30 <${pty} ${redirection}`], { stdio: 'ignore' });
      children.push(child);
      return child.pid;
    };
    try {
      open('');
      const user = open(`${master}>&-`);
      await vi.waitFor(() => expect(holdersOf(pty)).toEqual([`sleep (${user})`]));
    } finally {
      closeSync(slave);
      closeSync(master);
    }
  },
);
