import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ExitCode, UserError } from '../../cli/exit.ts';
import { LineMap, type SourceLines } from './line-map.ts';

/** A place in Lua that a text mentions, and where it comes from. */
export interface TracedPlace {
  /** As in the text: `server.lua:12`. */
  place: string;
  source: SourceLines;
}

/** `name.lua:12` in error messages and tracebacks; Lua shortens long names to `...ame.lua`. */
const lineOfLua = /([\w./-]+)\.(?:lua|lc):(\d+)/g;

/** Translates places in Lua, as the board prints them, to places in TypeScript. */
export class Tracer {
  private readonly folder: string;
  private readonly maps = new Map<string, LineMap | undefined>();

  /** `folder` is the output of a build, with its source maps. Throws UserError when it is none. */
  constructor(folder: string) {
    this.folder = path.resolve(folder);
    if (existsSync(path.join(this.folder, 'manifest.json'))) return;
    throw new UserError(
      `${folder} holds no build`,
      'run `last-ack build` first, or name its output folder with --dir',
      ExitCode.usage,
    );
  }

  /** The places that a text mentions and that this build knows. */
  places(text: string): TracedPlace[] {
    return [...text.matchAll(lineOfLua)].flatMap(([place, name = '', line = '']) => {
      const source = this.map(name)?.source(Number(line));
      return source ? [{ place, source }] : [];
    });
  }

  /** The text with the TypeScript place after each place that is known. */
  translate(text: string): string {
    return text.replaceAll(lineOfLua, (place, name: string, line: string) => {
      const source = this.map(name)?.source(Number(line));
      return source ? `${place} (${describePlace(source)})` : place;
    });
  }

  private map(name: string): LineMap | undefined {
    if (this.maps.has(name)) return this.maps.get(name);
    const file = path.join(this.folder, `${path.basename(name)}.lua.map`);
    const map = existsSync(file) ? new LineMap(readFileSync(file, 'utf8'), this.folder) : undefined;
    this.maps.set(name, map);
    return map;
  }
}

/** `firmware/src/net/manager.ts:34`, with a range when a line of Lua came from several lines. */
export function describePlace({ file, first, last }: SourceLines): string {
  return last > first ? `${file}:${first}-${last}` : `${file}:${first}`;
}
