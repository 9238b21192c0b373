import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { remark } from 'remark';
import remarkValidateLinks from 'remark-validate-links';
import { expect, it } from 'vitest';
import { documents, repository } from './documents.ts';

/** Links to files and headings that are not there; links that leave the repository are not followed. */
async function brokenLinks(file: string, text = readFileSync(file, 'utf8')): Promise<string[]> {
  const options = { repository: false, root: repository } as const;
  const result = await remark().use(remarkValidateLinks, options).process({ path: file, cwd: repository, value: text });
  return result.messages.map(String);
}

it.each(documents())('%s links to files and headings that are there', async (document) => {
  expect(await brokenLinks(path.join(repository, document))).toEqual([]);
});

it('notices a file and a heading that are not there', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'last-ack-links-'));
  const file = path.join(folder, 'a.md');
  writeFileSync(file, '# Here\n\n[good](#here) [no file](b.md) [no heading](#there) ![no picture](c.png)\n');
  expect(await brokenLinks(file)).toHaveLength(3);
  rmSync(folder, { recursive: true });
});

it.each(documents())('%s shows pictures that are there', (document) => {
  const text = readFileSync(path.join(repository, document), 'utf8');
  for (const [, source = ''] of text.matchAll(/<img [^>]*src="([^"]+)"/g)) {
    expect(existsSync(path.join(repository, path.dirname(document), source)), source).toBe(true);
  }
});
