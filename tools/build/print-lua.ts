import type ts from 'typescript';
import * as lua from 'typescript-to-lua';
import tsApi from 'typescript';

export interface PrintedLua {
  code: string;
  /** Source map version 3, as JSON; sources are relative to the Lua file's folder as typescript-to-lua sees it. */
  map: string;
}

/** A Lua syntax tree as text. */
export function printLua(program: ts.Program, fileName: string, file: lua.File): PrintedLua {
  const { code, sourceMap } = new lua.LuaPrinter(tsApi.sys, program, fileName).print(file);
  return { code, map: sourceMap };
}
