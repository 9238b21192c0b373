import path from 'node:path';
import { TraceMap, eachMapping } from '@jridgewell/trace-mapping';
import { relativePath } from '../problem.ts';

/** Where a line of Lua comes from. */
export interface SourceLines {
  /** Path for a person, relative to the working directory. */
  file: string;
  /** First and last line of TypeScript that the line of Lua was made from; often the same. */
  first: number;
  last: number;
}

/** The lines of one Lua file and the TypeScript that they were made from. */
export class LineMap {
  private readonly lines = new Map<number, SourceLines>();

  /** `map` is a source map whose sources are relative to `folder`. Throws SyntaxError when it is none. */
  constructor(map: string, folder: string) {
    eachMapping(new TraceMap(map), ({ generatedLine, source, originalLine }) => {
      if (source === null) return;
      const known = this.lines.get(generatedLine);
      if (!known) {
        const file = relativePath(path.resolve(folder, source));
        this.lines.set(generatedLine, { file, first: originalLine, last: originalLine });
      } else {
        known.first = Math.min(known.first, originalLine);
        known.last = Math.max(known.last, originalLine);
      }
    });
  }

  /** The source of a line of Lua; lines without one of their own, such as `end`, belong to the line before. */
  source(line: number): SourceLines | undefined {
    for (let at = line; at > 0; at--) {
      const found = this.lines.get(at);
      if (found) return found;
    }
    return undefined;
  }

  /** The same as the place of a problem. */
  place(line: number): { file?: string; line?: number } {
    const found = this.source(line);
    return found ? { file: found.file, line: found.first } : {};
  }
}
