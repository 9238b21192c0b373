import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPort } from '../serial/open-port.ts';
import type { BoardEvent } from '../virtual-board/inspect.ts';
import { startVirtualBoard, type VirtualBoardSession } from '../virtual-board/session.ts';
import { syntheticImage } from './synthetic-image.ts';

const program = fileURLToPath(new URL('../cli/last-ack.js', import.meta.url));
const isWindows = process.platform === 'win32';

interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

function start(...options: string[]): { child: ChildProcess; ended: Promise<Ended>; stderr: () => string } {
  const child = spawn(process.execPath, [program, 'flash', ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text.stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text.stderr += part));
  const ended = once(child, 'close').then(([exitCode]) => ({ exitCode: exitCode as number | null, ...text }));
  return { child, ended, stderr: () => text.stderr };
}

describe.skipIf(isWindows)(
  'last-ack flash on a virtual board in another process (not on Windows, without PTYs)',
  () => {
    let folder = '';
    let image = '';
    let board: VirtualBoardSession;
    const events: BoardEvent[] = [];
    const log = (): string => events.map((event) => (event.type === 'serial' ? event.text : '')).join('');

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'last-ack-flash-'));
      image = join(folder, 'nodemcu.bin');
      writeFileSync(image, syntheticImage({ size: 112 * 1024 }));
      board = await startVirtualBoard({ net: 'gateway', serial: 'line' });
      board.onEvent((event) => events.push(event));
    });
    afterAll(async () => {
      await board.close();
      rmSync(folder, { recursive: true });
    });

    it('survives Ctrl-C in the middle: the board waits to be flashed again', async () => {
      const { child, ended, stderr } = start('-p', board.serialPath, '--baud', '115200', image);
      while (!stderr().includes('flashing')) await new Promise((resolve) => setTimeout(resolve, 20));
      child.kill('SIGINT');
      const { exitCode, stderr: said } = await ended;
      expect(exitCode).toBe(130);
      expect(said).toMatch(/interrupted; the board must be flashed again/);
      expect((await board.snapshot()).mode).not.toBe('running');
    });

    it('flashes through the pseudo-terminal, and the board boots its prompt', async () => {
      const { exitCode, stdout } = await start('-p', board.serialPath, '--json', image).ended;
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ chip: 'ESP8266EX', flashSize: 4 * 1024 * 1024, bytes: 112 * 1024 });
      await expect.poll(log).toMatch(/NodeMCU .*\n(?:.*\n)*> $/);
    });

    it('says who has the port', async () => {
      const port = await openPort(board.serialPath);
      const { exitCode, stderr } = await start('-p', board.serialPath, image).ended;
      await port.close();
      expect([exitCode, stderr]).toEqual([3, expect.stringMatching(/is in use by .*\n.*close the other terminal/)]);
    });

    const refused: [string, string[], number, RegExp][] = [
      ['a port that is not there', ['-p', '/dev/last-ack-none', 'IMAGE'], 3, /there is no serial port/],
      ['a file that is not there', ['-p', 'PORT', 'none.bin'], 2, /cannot read none.bin/],
      ['a file that is no image', ['-p', 'PORT', program], 2, /not a NodeMCU image/],
      ['two files without addresses', ['-p', 'PORT', 'IMAGE', 'IMAGE'], 2, /does not say where it belongs/],
      ['two jobs at once', ['-p', 'PORT', '--read', 'x', 'IMAGE'], 2, /more than one thing to do/],
      ['to overwrite a backup', ['-p', 'PORT', '--read', 'IMAGE'], 2, /exists already/],
      ['a folder that is not there', ['-p', 'PORT', '--read', '/last-ack-none/x.bin'], 2, /no file can be made in/],
      ['nothing to do', ['-p', 'PORT'], 2, /nothing to flash/],
      ['a baud rate that is none', ['-p', 'PORT', '-b', 'fast', 'IMAGE'], 2, /not a baud rate/],
    ];
    it.each(refused)('refuses %s, with a cure', async (_what, options, exitCode, message) => {
      const given = options.map((option) => ({ PORT: board.serialPath, IMAGE: image })[option] ?? option);
      const { exitCode: found, stderr } = await start(...given).ended;
      expect([found, stderr]).toEqual([exitCode, expect.stringMatching(message)]);
      expect(stderr).toMatch(/cure:/);
    });
  },
);
