import path from 'node:path';
import { GenMapping, addMapping, toEncodedMap } from '@jridgewell/gen-mapping';
import type { Prototype } from '../../bytecode/chunk.ts';
import { normalise } from '../project.ts';
import type { LineMap, SourceLines } from './line-map.ts';

/**
 * Gives the instructions of a chunk new line numbers: the next one whenever the line of TypeScript changes. Each change
 * then takes one byte in the packed form, where blank lines, `end`s and jumps back take two or three, and no number is
 * lost: the source map leads from the new ones to TypeScript. `lines` tells the source of the old ones; sources in the
 * new map are relative to `folder`.
 */
export function renumberLines(
  prototype: Prototype,
  lines: LineMap,
  folder: string,
): { prototype: Prototype; map: string } {
  const map = new GenMapping();
  let number = 0;
  const next = (source: SourceLines | undefined): number => {
    number++;
    if (source) {
      const name = normalise(path.relative(folder, path.resolve(source.file)));
      addMapping(map, {
        generated: { line: number, column: 0 },
        source: name,
        original: { line: source.first, column: 0 },
      });
      if (source.last > source.first) {
        addMapping(map, {
          generated: { line: number, column: 1 },
          source: name,
          original: { line: source.last, column: 0 },
        });
      }
    }
    return number;
  };
  const renumber = (p: Prototype): Prototype => {
    const isMain = p.lineDefined === 0;
    const lineDefined = isMain ? 0 : next(lines.source(p.lineDefined));
    let before: SourceLines | undefined;
    const numbers = p.lines.map((line, pc) => {
      const source = lines.source(line);
      if (pc === 0 || !isSame(source, before)) next(source);
      before = source;
      return number;
    });
    const lastLineDefined = isMain ? 0 : number;
    return { ...p, lineDefined, lastLineDefined, lines: numbers, prototypes: p.prototypes.map(renumber) };
  };
  const renumbered = renumber(prototype);
  return { prototype: renumbered, map: JSON.stringify(toEncodedMap(map)) };
}

function isSame(a: SourceLines | undefined, b: SourceLines | undefined): boolean {
  return a?.file === b?.file && a?.first === b?.first && a?.last === b?.last;
}
