import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { StressReport } from '../../../host-tests/stress/report/stress-report.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'last-ack-run-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts flash.sh as a user would; `interruptAt` sends Ctrl-C as soon as stderr shows that text. */
function flashSh(args: string[], interruptAt?: string): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, XDG_RUNTIME_DIR: folder };
    const child = spawn(path.join(root, 'flash.sh'), [...args, '--out', folder], { cwd: root, env });
    let stdout = '';
    let stderr = '';
    let isInterrupted = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (isInterrupted || interruptAt === undefined || !stderr.includes(interruptAt)) return;
      isInterrupted = true;
      child.kill('SIGINT');
    });
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const boardFolders = (): string[] => readdirSync(folder).filter((name) => name.startsWith('last-ack-board-'));

describe('./flash.sh --virtual --stress', () => {
  it(
    'builds, flashes, uploads, boots and hammers, and every connection has its verdict',
    { timeout: 240_000 },
    async () => {
      const { code, stdout, stderr } = await flashSh(['--virtual', '--stress', '--quick', '--json']);
      expect(code, stderr).toBe(0);
      const { stress } = JSON.parse(stdout) as { stress: StressReport };
      expect(stress.passed).toBe(true);
      expect(stress.steps.slice(0, 5).map(({ name }) => name)).toEqual([
        '1 s gaps',
        '0.2 s gaps',
        'back to back',
        '5 clients',
        '20 clients',
      ]);
      const judged = Object.values(stress.totals.verdicts).reduce((sum, count) => sum + count, 0);
      expect(judged).toBe(stress.totals.connections);
      expect(stress.totals.verdicts.duel ?? 0).toBe(0);
      expect(stderr).toContain('MD5 verified');
      expect(stderr).toMatch(/net: (TAP|packet|localhost gateway)/);
      expect(readFileSync(path.join(folder, 'stress.html'), 'utf8')).toContain('</html>');
      expect(readFileSync(path.join(folder, 'board.log'), 'utf8')).toContain('led D4');
    },
  );

  it.each(['start a virtual board ...', 'flash NodeMCU with esptool-js ...', 'upload ...', 'serve ...'])(
    'leaves nothing behind when Ctrl-C comes at "%s"',
    { timeout: 60_000 },
    async (moment) => {
      const { code } = await flashSh(['--virtual', '--stress', '--quick'], moment);
      expect(code).toBe(130);
      expect(boardFolders()).toEqual([]);
    },
  );
});

describe('flash.sh with bad input names the cause and the cure', () => {
  it('for a port that is not there', { timeout: 60_000 }, async () => {
    const { code, stderr } = await flashSh(['--port', '/dev/no-such-port']);
    expect(code).toBe(3);
    expect(stderr).toContain('there is no serial port /dev/no-such-port');
    expect(stderr).toContain('--virtual');
  });

  it('for a file that is no firmware, before anything is built or started', async () => {
    const file = path.join(folder, 'hello.bin');
    writeFileSync(file, 'hello');
    const { code, stderr } = await flashSh(['--virtual', '--firmware', file]);
    expect(code).toBe(2);
    expect(stderr).toContain('not a NodeMCU image');
    expect(stderr).not.toContain('[1/');
  });

  it('for an unknown option', async () => {
    expect((await flashSh(['--vitrual'])).code).toBe(2);
  });
});
