import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LineMap, type SourceLines } from '../build/trace/line-map.ts';

/** `name.lua:12:` in an error message or a traceback; bytecode keeps the name of the Lua file that it was made from. */
const luaPlace = /(?<![\w/])([\w.-]+?)\.lua:(\d+):/g;

/**
 * Finds the lines of TypeScript behind the lines of Lua that a log names, by the maps of the build in `dir`. Maps are
 * read when a line asks for them, so the words fit the build that is there at that moment.
 */
export function traceExplainer(dir: string): (line: string) => string | undefined {
  return (line) => {
    const places = [...line.matchAll(luaPlace)].flatMap(([, name = '', number]) => {
      const source = readMap(dir, name)?.source(Number(number));
      return source ? [describeLines(source)] : [];
    });
    return places.length === 0 ? undefined : `in TypeScript: ${[...new Set(places)].join(', ')}`;
  };
}

function readMap(dir: string, name: string): LineMap | undefined {
  const file = `${name}.lua.map`;
  try {
    return readdirSync(dir).includes(file) ? new LineMap(readFileSync(join(dir, file), 'utf8'), dir) : undefined;
  } catch {
    // A build that is being written at this moment; the next line will find it.
    return undefined;
  }
}

/** `file:12`, or `file:12-14` where a line of Lua was made from several lines. */
function describeLines({ file, first, last }: SourceLines): string {
  return first === last ? `${file}:${first}` : `${file}:${first}-${last}`;
}
