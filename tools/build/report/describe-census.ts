import pc from 'picocolors';
import { type Census, blockKinds } from './census.ts';
import { alignColumns } from './columns.ts';

/** How many strings are worth a line. */
const mostStrings = 8;

/** What the held heap of one file consists of, for a person. */
export function describeCensus(name: string, census: Census): string[] {
  const kinds = blockKinds
    .filter((kind) => census.kinds[kind].bytes > 0)
    .map((kind) => [`  ${kind}`, String(census.kinds[kind].count), String(census.kinds[kind].bytes)]);
  const functions = census.functions.map((cost) => [
    `  ${cost.source ?? `line ${cost.line}`}`,
    ...[cost.instructions, cost.constants, cost.closures, cost.bytes].map(String),
  ]);
  const strings = census.strings.slice(0, mostStrings).map(({ text, bytes }) => [`  ${quote(text)}`, String(bytes)]);
  const [kindHead, ...kindLines] = alignColumns([[name, 'count', 'held'], ...kinds]);
  const [functionHead, ...functionLines] = alignColumns([
    ['  function', 'instructions', 'constants', 'closures', 'held'],
    ...functions,
  ]);
  const [stringHead, ...stringLines] = alignColumns([['  largest strings', 'held'], ...strings]);
  return [
    pc.bold(kindHead ?? ''),
    ...kindLines,
    ...(functions.length > 0 ? [pc.dim(functionHead ?? ''), ...functionLines] : []),
    ...(strings.length > 0 ? [pc.dim(stringHead ?? ''), ...stringLines] : []),
  ];
}

/** A string as one short line. */
function quote(text: string): string {
  const quoted = JSON.stringify(text);
  return quoted.length > 60 ? `${quoted.slice(0, 57)}..."` : quoted;
}
