import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startVirtualBoard, type VirtualBoardSession } from '../session.ts';

const program = createRequire(import.meta.url).resolve('nodemcu-tool/bin/nodemcu-tool.js');
const source = 'local sum = 0\nfor i = 1, 10 do sum = sum + i end\nprint("sum is " .. sum)\n'.repeat(20);
const isWindows = process.platform === 'win32';

describe.skipIf(isWindows)('nodemcu-tool, unmodified, on the pseudo-terminal (not on Windows, without PTYs)', () => {
  let folder = '';
  let board: VirtualBoardSession;

  async function tool(...command: string[]): Promise<string> {
    const options = ['--port', board.serialPath, '--baud', '115200', ...command];
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...options], { cwd: folder });
    return stdout;
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'last-ack-nodemcu-tool-'));
    writeFileSync(join(folder, 'sum.lua'), source);
    board = await startVirtualBoard({ net: 'gateway', serial: 'line', files: folder });
  });
  afterAll(async () => {
    await board.close();
    rmSync(folder, { recursive: true });
  });

  it('uploads, lists, runs, downloads and removes a file', async () => {
    expect(await tool('upload', 'sum.lua', '--remotename', 'copy.lua')).toContain('File Transfer complete');
    const { files } = JSON.parse(await tool('fsinfo', '--json')) as { files: unknown[] };
    expect(files).toContainEqual({ name: 'copy.lua', size: source.length });
    expect(await tool('run', 'copy.lua')).toContain('sum is 55');
    await tool('remove', 'sum.lua');
    expect(await tool('fsinfo', '--json')).not.toContain('sum.lua');
    // Last, because nodemcu-tool leaves the prompt waiting for the rest of a statement after a download.
    await tool('download', 'copy.lua');
    expect(readFileSync(join(folder, 'copy.lua'), 'latin1')).toBe(source);
  });
});
