import path from 'node:path';
import type TS from 'typescript';
import { ts } from './typescript.ts';
import * as lua from 'typescript-to-lua';
import type { Segment } from './hoist/merge.ts';
import { originOf } from './hoist/origin.ts';
import { normalise } from './project.ts';

export interface PrintedLua {
  code: string;
  /** Source map version 3, as JSON; sources are relative to the output folder. */
  map: string;
}

/** Segments of one chunk as Lua text. */
export function printLua(program: TS.Program, segments: readonly Segment[], outDir: string): PrintedLua {
  const sources = new Map<lua.Statement, string>();
  const nameOf = (fileName: string): string => normalise(path.relative(outDir, fileName));
  for (const { fileName, statements } of segments) {
    for (const statement of statements) sources.set(statement, nameOf(fileName));
  }
  const moved = (statement: lua.Statement): string | undefined => {
    const origin = originOf.get(statement);
    return origin === undefined ? undefined : nameOf(origin);
  };
  const main = segments.at(-1)?.fileName ?? '';
  const printer = new SegmentPrinter(program, main, (statement) => sources.get(statement) ?? moved(statement));
  const { code, sourceMap } = printer.print(lua.createFile([...sources.keys()], new Set(), ''));
  return { code, map: sourceMap };
}

/** Prints statements that come from several TypeScript files, each mapped to its own. */
class SegmentPrinter extends lua.LuaPrinter {
  private readonly sourceOf: (statement: lua.Statement) => string | undefined;

  constructor(program: TS.Program, fileName: string, sourceOf: (statement: lua.Statement) => string | undefined) {
    super(ts.sys, program, fileName);
    this.sourceOf = sourceOf;
  }

  override printStatement(statement: lua.Statement): ReturnType<lua.LuaPrinter['printStatement']> {
    const before = this.relativeSourcePath;
    this.relativeSourcePath = this.sourceOf(statement) ?? before;
    const printed = super.printStatement(statement);
    this.relativeSourcePath = before;
    return printed;
  }
}
