import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { verbs } from './verbs.ts';

const program = new URL('./last-ack.js', import.meta.url).pathname;
const run = promisify(execFile);

/** What `last-ack <verb> --help` prints. */
async function helpOf(name: string): Promise<string> {
  let text = '';
  const command = new Command(name).configureOutput({ writeOut: (part) => (text += part) });
  const verb = verbs.find((each) => each.name === name);
  (await verb?.load())?.register(command);
  command.outputHelp();
  return text;
}

describe.each(verbs.map(({ name }) => name))('last-ack %s --help', (name) => {
  it('names --json and the exit codes', async () => {
    const text = await helpOf(name);
    expect(text).toContain('--json');
    expect(text).toMatch(/Exit codes: 0 /);
  });
});

describe('last-ack', () => {
  it('says its version, which is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect((await run(process.execPath, [program, '--version'])).stdout).toBe(`${version}\n`);
  });

  it('lists every verb', async () => {
    const { stdout } = await run(process.execPath, [program, '--help']);
    for (const { name } of verbs) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  it('ends quietly when its reader has seen enough', async () => {
    const child = spawn(process.execPath, [program, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let complaints = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
    await once(child, 'close');
    expect(complaints).toBe('');
  });

  it('answers a verb that it does not have with exit code 2 and the way to help', async () => {
    await expect(run(process.execPath, [program, 'nonsense'])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--help') as string,
    });
  });
});
