import type TS from 'typescript';
import { readChunk } from '../bytecode/read-chunk.ts';
import { stripNames } from '../bytecode/strip.ts';
import { writeChunk } from '../bytecode/write-chunk.ts';
import type { Chunk } from './chunks.ts';
import { compileLua } from './compile-lua.ts';
import { findBreaches } from './limits.ts';
import type { GraphModule } from './module-graph.ts';
import type { Manifest } from './output.ts';
import { printLua } from './print-lua.ts';
import type { Problem } from './problem.ts';
import { withSources } from './report/census.ts';
import { type HeapUse, measureHeap } from './report/measure-heap.ts';
import { LineMap } from './trace/line-map.ts';
import { renumberLines } from './trace/renumber.ts';

/** One file of Lua as the board gets it. */
export interface EmittedChunk {
  /** Name on the board, with extension. */
  fileName: string;
  bytes: Uint8Array;
  /** Source map of the Lua text, for the host. */
  map: string;
  /** Measures what it costs on the heap, the first time that it is asked; undefined when that is not wanted. */
  heap: () => HeapUse | undefined;
  problems: Problem[];
}

/** Prints and compiles chunks; one that is made of the same modules as before is taken from memory. */
export class ChunkEmitter {
  private readonly kind: Manifest['kind'];
  private readonly outDir: string;
  private readonly measure: boolean;
  private readonly known = new Map<string, { modules: GraphModule[]; context: string; emitted: EmittedChunk }>();

  /** Source maps name sources relative to `outDir`. */
  constructor(kind: Manifest['kind'], outDir: string, measure: boolean) {
    this.kind = kind;
    this.measure = measure;
    this.outDir = outDir;
  }

  emit(program: TS.Program, chunk: Chunk): EmittedChunk {
    const { modules, context } = chunk;
    const known = this.known.get(chunk.name);
    const isSame =
      known?.context === context &&
      known.modules.length === modules.length &&
      known.modules.every((module, i) => module === modules[i]);
    if (isSame) return known.emitted;
    const emitted = this.make(program, chunk);
    this.known.set(chunk.name, { modules, context, emitted });
    return emitted;
  }

  private make(program: TS.Program, chunk: Chunk): EmittedChunk {
    const { code, map } = printLua(program, chunk.segments(), this.outDir);
    const prototype = readChunk(compileLua(code, `@${chunk.name}.lua`), 'stock');
    const fileName = `${chunk.name}.${this.kind === 'lua' ? 'lua' : 'lc'}`;
    const lines = new LineMap(map, this.outDir);
    const problems = findBreaches(prototype).map(({ line, message, cure }) => ({
      ...lines.place(line),
      message,
      cure,
    }));
    if (this.kind === 'lua') return this.made(fileName, Buffer.from(code), map, problems);
    const dense = renumberLines(stripNames(prototype), lines, this.outDir);
    return this.made(fileName, writeChunk(dense.prototype, 'device'), dense.map, problems);
  }

  private made(fileName: string, bytes: Uint8Array, map: string, problems: Problem[]): EmittedChunk {
    let measured: HeapUse | undefined;
    const heap = (): HeapUse | undefined => {
      if (!this.measure) return undefined;
      if (!measured) {
        const use = measureHeap(bytes, fileName);
        measured = { ...use, census: withSources(use.census, new LineMap(map, this.outDir)) };
      }
      return measured;
    };
    return { fileName, bytes, map, heap, problems };
  }
}
