import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { LogLines } from '../monitor/log-lines.ts';
import { startVirtualBoard } from '../virtual-board/session.ts';
import { jsonLines } from '../virtual-board/json-lines.ts';
import { repository, repositoryFiles } from './docs/documents.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'last-ack-security-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What users run: tests and what only developers start are left out. */
const shipped = repositoryFiles().filter(
  (file) =>
    /\.(ts|js)$/.test(file) &&
    !/\.test\.ts$|\.bench\.ts$|\/(testing|bench|fixtures)\/|^tools\/ci\/|\.d\.ts$/.test(file),
);

function linesWith(pattern: RegExp): string[] {
  return shipped.flatMap((file) =>
    readFileSync(path.join(repository, file), 'utf8')
      .split('\n')
      .flatMap((line) => (pattern.test(line) ? [`${file}: ${line.trim()}`] : [])),
  );
}

describe('the sources', () => {
  it('start programs by name and arguments, never through a shell', () => {
    expect(
      linesWith(/import \{[^}]*\bexec(Sync)?\b[^}]*\} from 'node:child_process'|\bshell: |['"](ba)?sh['"]/),
    ).toEqual([]);
    expect(linesWith(/\beval\(|new Function\(/)).toEqual([]);
  });

  it('listen on the loopback, or on a path', () => {
    // The firmware and the laptop of the experiments listen in a TCP stack of our own.
    const servers = linesWith(/\bserver\b.*\.listen\(/).filter((line) => !/^firmware\/|laptop\.listen/.test(line));
    expect(servers.length).toBeGreaterThan(3);
    expect(servers.filter((line) => !/'127\.0\.0\.1'|listen\(path, /.test(line))).toEqual([]);
  });
});

describe('input that never ends', () => {
  const flood = Buffer.alloc(1 << 20, 'x');

  it('from a serial line is cut into lines', () => {
    const lines: number[] = [];
    const log = new LogLines(
      () => undefined,
      (line) => lines.push(line.length),
    );
    for (let i = 0; i < 16; i++) log.receive(flood);
    expect(lines).toHaveLength(16);
  });

  it('from the control socket is dropped', () => {
    let dropped = 0;
    const receive = jsonLines(
      () => undefined,
      (line) => (dropped += line.length),
    );
    for (let i = 0; i < 16; i++) receive(flood.toString());
    expect(dropped).toBeGreaterThan(10 << 20);
  });
});

describe('a Wi-Fi password', () => {
  const password = 'hunter2-hunter2';
  const given = [
    '--ssid',
    'last-ack-lab',
    '--password',
    password,
    '--ip',
    '192.168.100.99',
    '--gateway',
    '192.168.100.1',
  ];
  const program = path.join(repository, 'tools/cli/last-ack.js');
  const forms = [
    password,
    ...(['base64', 'hex'] as const).map((form) => Buffer.from(password).toString(form).slice(0, 16)),
  ];
  const lastAck = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
    promisify(execFile)(process.execPath, [program, ...args], { cwd: repository, encoding: 'latin1', maxBuffer: 64e6 });
  const leaksIn = (texts: readonly string[]): string[] =>
    texts.filter((text) => forms.some((form) => text.includes(form)));

  it('is in nothing that a run prints, logs, reports or captures', { timeout: 240_000 }, async () => {
    const how = [
      '--virtual',
      '--stress',
      '--quick',
      '--serial',
      'instant',
      '--transfer',
      'nodemcu-tool',
      '--out',
      folder,
    ];
    const { stdout, stderr } = await lastAck('run', ...how, ...given);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name)).toContain('board.log');
    expect(files.map(({ name }) => name)).toContain('stress.html');
    const written = files.map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'));
    expect(leaksIn([stdout, stderr, ...written])).toEqual([]);
  });

  it('is in nothing that an upload by raw blocks prints, though the board has it', { timeout: 60_000 }, async () => {
    const empty = mkdtempSync(path.join(folder, 'empty-'));
    const capture = path.join(folder, 'upload.pcapng');
    const dist = path.join(folder, 'dist');
    await lastAck('build', '--out', dist);
    const board = await startVirtualBoard({ net: 'gateway', serial: 'instant', files: empty, pcap: capture });
    try {
      const { stdout, stderr } = await lastAck('upload', '--port', board.serialPath, '--dir', dist, ...given);
      expect(stdout).toContain('uploaded');
      expect(leaksIn([stdout, stderr, JSON.stringify(await board.snapshot())])).toEqual([]);
    } finally {
      await board.close();
    }
    expect(leaksIn([readFileSync(capture, 'latin1')])).toEqual([]);
  });
});
