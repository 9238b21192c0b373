import path from 'node:path';
import type TS from 'typescript';
import { ts } from './typescript.ts';
import * as lua from 'typescript-to-lua';
import type { Segment } from './hoist/merge.ts';
import { normalise } from './project.ts';

export interface PrintedLua {
  code: string;
  /** Source map version 3, as JSON; sources are relative to the output folder. */
  map: string;
}

/** Segments of one chunk as Lua text. */
export function printLua(program: TS.Program, segments: readonly Segment[], outDir: string): PrintedLua {
  const sources = new Map<lua.Statement, string>();
  for (const { fileName, statements } of segments) {
    for (const statement of statements) sources.set(statement, normalise(path.relative(outDir, fileName)));
  }
  const main = segments.at(-1)?.fileName ?? '';
  const printer = new SegmentPrinter(program, main, sources);
  const { code, sourceMap } = printer.print(lua.createFile([...sources.keys()], new Set(), ''));
  return { code, map: sourceMap };
}

/** Prints statements that come from several TypeScript files, each mapped to its own. */
class SegmentPrinter extends lua.LuaPrinter {
  private readonly sources: ReadonlyMap<lua.Statement, string>;

  constructor(program: TS.Program, fileName: string, sources: ReadonlyMap<lua.Statement, string>) {
    super(ts.sys, program, fileName);
    this.sources = sources;
  }

  override printStatement(statement: lua.Statement): ReturnType<lua.LuaPrinter['printStatement']> {
    this.relativeSourcePath = this.sources.get(statement) ?? this.relativeSourcePath;
    return super.printStatement(statement);
  }
}
