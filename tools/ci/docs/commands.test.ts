import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../build/build.ts';
import { verbs } from '../../cli/verbs.ts';
import { namespaceMissing, runInNamespace } from '../../virtual-board/wire/testing.ts';
import { commandsIn, documents, mentionsIn, repository, repositoryFiles, sourcesIn } from './documents.ts';
import { runCommand, type Ended } from './run-command.ts';

const missing = await namespaceMissing();
const folder = mkdtempSync(path.join(tmpdir(), 'last-ack-docs-'));
const ci = readFileSync(path.join(repository, '.ci/run'), 'utf8');

/** A clone, with the packages that are installed here, and with a build. */
beforeAll(async () => {
  for (const file of repositoryFiles()) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    cpSync(path.join(repository, file), path.join(folder, file));
  }
  linkPackages();
  mkdirSync(path.join(folder, 'dist/report'), { recursive: true });
  writeFileSync(
    path.join(folder, 'dist/report/board.log'),
    'PANIC: unprotected error in call to Lua API (main.lua:1: ...)\n',
  );
  await build({ outDir: path.join(folder, 'dist/firmware') });
}, 180_000);
/** One link for each package: an npm that cleaned up in the clone would take the links, not what they point at. */
function linkPackages(): void {
  const installed = path.join(repository, 'node_modules');
  mkdirSync(path.join(folder, 'node_modules'));
  for (const name of readdirSync(installed))
    if (!name.startsWith('.') || name === '.bin')
      symlinkSync(path.join(installed, name), path.join(folder, 'node_modules', name));
  // Last, and so newer than package-lock.json: flash.sh takes it for a finished installation.
  writeFileSync(path.join(folder, 'node_modules/.package-lock.json'), '{}');
}

afterAll(() => rmSync(folder, { recursive: true }));

const seen = new Set<string>();
/** Each once, where it comes first. */
const all = documents()
  .flatMap(commandsIn)
  .filter(({ text }) => !seen.has(text) && seen.add(text));
/** These are .ci/run's: it runs them in a fresh clone, without anything installed. */
const inFreshClone = (text: string): boolean =>
  /^npm (cit?|install)\b|^git clone|^\.\/flash\.sh --virtual --stress$/.test(text);
const needsBoard = ({ text, comment }: { text: string; comment: string }): boolean =>
  comment.includes('with a board') || text.includes('192.168.');

const label = ({ document, line, text }: (typeof all)[number]): string => `${document}:${line} ${text}`;
const good = (comment: string): number[] =>
  comment.includes('Ctrl-C') ? [0, 130] : [Number(/exit code (\d+)/.exec(comment)?.[1] ?? 0)];

describe('commands of the documents', () => {
  it.each(all.filter(({ text }) => inFreshClone(text)).map((command) => [label(command), command] as const))(
    '%s: .ci/run has it',
    (_, { text }) => expect(ci).toContain(text),
  );

  const here = all.filter((command) => !inFreshClone(command.text) && !needsBoard(command));
  it.each(here.map((command) => [label(command), command] as const))(
    '%s',
    { timeout: 120_000 },
    async (_, { text, comment }) => {
      // A benchmark's bars are for a quiet machine: here it has to run.
      const { code, output } = await runCommand(
        /^npm run bench/.test(text) ? `${text} --smoke` : text,
        folder,
        110_000,
      );
      expect(good(comment), output).toContain(code);
    },
  );

  it.skipIf(missing !== undefined).each(all.filter(needsBoard).map((command) => [label(command), command] as const))(
    '%s',
    { timeout: 150_000 },
    async (_, { text, comment }) => {
      const { stdout, stderr } = await runInNamespace(
        new URL('./with-board.ts', import.meta.url),
        [folder, text],
        140_000,
      );
      expect(stdout, stderr).not.toBe('');
      const { code, output } = JSON.parse(stdout) as Ended;
      expect(good(comment), output).toContain(code);
    },
  );
});

it.each(
  documents()
    .flatMap(mentionsIn)
    .map((mention) => [label(mention), mention] as const),
)('%s: there is that verb with these options', async (_, { text }) => {
  const [, name = 'run', rest = ''] = /^(?:(?:npx )?last-ack ([a-z]+)|\.\/flash\.sh)(.*)$/.exec(text) ?? [];
  const verb = verbs.find((each) => each.name === name);
  expect(verb, name).toBeDefined();
  const command = new Command(name);
  (await verb?.load())?.register(command);
  const known = command.options.map(({ long }) => long);
  for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect([...known, '--help']).toContain(option);
});

it.each(
  documents()
    .flatMap(sourcesIn)
    .flatMap(({ document, line, file, text }) => (file === undefined ? [] : [[document, line, file, text] as const])),
)('%s:%i shows what stands in %s', (_document, _line, file, text) => {
  expect(readFileSync(path.join(repository, file), 'utf8')).toContain(text);
});
