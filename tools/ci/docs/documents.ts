import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { remark } from 'remark';

export const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** Something that a document tells its reader to type. */
export interface DocumentedCommand {
  document: string;
  line: number;
  text: string;
  /** What stands behind `#`. */
  comment: string;
}

/** A block of TypeScript or Lua. With a file's path behind the language it stands there, word for word. */
export interface QuotedSource {
  document: string;
  line: number;
  file: string | undefined;
  text: string;
}

type Node = ReturnType<ReturnType<typeof remark>['parse']>['children'][number];

/** Paths of the documents, relative to the repository. */
export function documents(): string[] {
  return repositoryFiles().filter((file) => file.endsWith('.md'));
}

/** What git has, or would take. */
export function repositoryFiles(): string[] {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  // In CI the folder may belong to another user than the one who tests.
  const output = execFileSync('git', ['-c', `safe.directory=${path.resolve(repository)}`, ...list], {
    cwd: repository,
    encoding: 'utf8',
  });
  return output.split('\0').filter((file) => file !== '');
}

/** Lines of `sh` blocks, and commands within a sentence that a reader would type as they stand. */
export function commandsIn(document: string): DocumentedCommand[] {
  return [...nodesOf(document)].flatMap((node) => {
    const line = node.position?.start.line ?? 0;
    if (node.type === 'inlineCode')
      return /^(npx|npm|curl) /.test(node.value) ? [{ document, line, text: node.value, comment: '' }] : [];
    if (node.type !== 'code' || node.lang !== 'sh') return [];
    return node.value.split('\n').flatMap((row, index) => {
      const [, text = '', comment = ''] = /^(.*?)(?:(?:^|\s+)#\s*(.*))?$/.exec(row) ?? [];
      return text.trim() === '' ? [] : [{ document, line: line + 1 + index, text: text.trim(), comment }];
    });
  });
}

/** Words such as `last-ack flash --erase` in a sentence, which name a verb and its options. */
export function mentionsIn(document: string): DocumentedCommand[] {
  return [...nodesOf(document)].flatMap((node) =>
    node.type === 'inlineCode' && /^(npx last-ack|last-ack|\.\/flash\.sh) [a-z-]/.test(node.value)
      ? [{ document, line: node.position?.start.line ?? 0, text: node.value, comment: '' }]
      : [],
  );
}

export function sourcesIn(document: string): QuotedSource[] {
  return [...nodesOf(document)].flatMap((node) =>
    node.type === 'code' && /^(ts|lua|js|json)$/.test(node.lang ?? '')
      ? [{ document, line: node.position?.start.line ?? 0, file: node.meta ?? undefined, text: node.value }]
      : [],
  );
}

function* nodesOf(document: string): Generator<Node> {
  yield* walk(remark().parse(readFileSync(path.join(repository, document), 'utf8')).children);
}

function* walk(nodes: readonly Node[]): Generator<Node> {
  for (const node of nodes) {
    yield node;
    if ('children' in node) yield* walk(node.children);
  }
}
