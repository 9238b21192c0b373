import * as layout from '../../virtual-board/lua/layout.ts';
import type { Lua } from '../../virtual-board/lua/lua.ts';
import type { LineMap } from '../trace/line-map.ts';

/** Kinds of blocks that a loaded file holds, in the order in which a person reads them. */
export const blockKinds = [
  'prototypes',
  'instructions',
  'constants',
  'inner functions',
  'line numbers',
  'closures',
  'upvalues',
  'tables',
  'strings',
  'Lua itself',
] as const;
type BlockKind = (typeof blockKinds)[number];

/** Blocks of one kind. */
interface Share {
  /** Objects, instructions, constants or places; for line numbers, functions. */
  count: number;
  /** Bytes of the chip's heap, the overhead of each block included. */
  bytes: number;
}

/** One function of the file and what its code takes, functions inside it not counted. */
interface FunctionCost {
  /** Line of Lua where it begins, 0 for the file itself. */
  line: number;
  /** The same in TypeScript, `file:line`, once somebody with the source map has looked it up. */
  source?: string;
  instructions: number;
  constants: number;
  /** How many values of it are held now. */
  closures: number;
  /** Code, constants, line numbers and closures; strings, which functions share, are not in it. */
  bytes: number;
}

/** Where held heap goes. The bytes of all kinds add up to what is held. */
export interface Census {
  kinds: Record<BlockKind, Share>;
  functions: FunctionCost[];
  /** What each string takes that no library had, the largest first. */
  strings: { text: string; bytes: number }[];
}

/** Types of collectable objects: lua.h and lobject.h of Lua 5.1. */
const type = { table: 5, function: 6, prototype: 9, upvalue: 10 } as const;

/** Counts everything that was allocated since `lua.heap.start` and is still there. */
export function takeCensus(lua: Lua): Census {
  const counter = new Counter(lua);
  counter.objects();
  counter.strings();
  return counter.finish();
}

/** Adds where each function begins in TypeScript. */
export function withSources(census: Census, lines: LineMap): Census {
  const functions = census.functions.map((cost) => {
    const { file, line } = lines.place(cost.line);
    return file === undefined ? cost : { ...cost, source: `${file}:${line}` };
  });
  return { ...census, functions };
}

class Counter {
  private readonly lua: Lua;
  private readonly global: number;
  private readonly kinds = Object.fromEntries(blockKinds.map((kind) => [kind, { count: 0, bytes: 0 }])) as Record<
    BlockKind,
    Share
  >;
  private readonly functions = new Map<number, FunctionCost>();
  private readonly texts: Census['strings'] = [];

  constructor(lua: Lua) {
    this.lua = lua;
    this.global = lua.word(lua.main + layout.STATE_GLOBAL);
  }

  objects(): void {
    const closures: number[] = [];
    for (let o = this.lua.word(this.global + layout.GLOBAL_OBJECTS); o !== 0; o = this.lua.word(o)) {
      const kind = this.byte(o + layout.OBJECT_TYPE);
      if (kind === type.table) this.table(o);
      else if (kind === type.prototype) this.prototype(o);
      else if (kind === type.upvalue) this.add('upvalues', o, 1);
      else if (kind === type.function) closures.push(o);
    }
    for (const closure of closures) this.closure(closure);
  }

  strings(): void {
    const buckets = this.lua.word(this.global + layout.GLOBAL_STRING_TABLE);
    const end = buckets + 4 * this.lua.word(this.global + layout.GLOBAL_STRING_BUCKETS);
    for (let bucket = buckets; bucket < end; bucket += 4) {
      for (let string = this.lua.word(bucket); string !== 0; string = this.lua.word(string)) {
        const bytes = this.add('strings', string, 1);
        if (bytes > 0) this.texts.push({ text: this.text(string), bytes });
      }
    }
    this.texts.sort((a, b) => b.bytes - a.bytes);
  }

  finish(): Census {
    const counted = Object.values(this.kinds).reduce((sum, { bytes }) => sum + bytes, 0);
    // What is left is growth of the machine's own: the stack, the table of strings, package.loaded.
    this.kinds['Lua itself'].bytes = this.lua.heap.used() - counted;
    const functions = [...this.functions.values()].sort((a, b) => b.bytes - a.bytes);
    return { kinds: this.kinds, functions, strings: this.texts };
  }

  private table(table: number): void {
    const { array, nodes } = layout.TABLE;
    // One that costs nothing is the machine's, such as package.loaded.
    if (this.add('tables', table, 1) === 0) return;
    for (const block of [array, nodes]) this.add('tables', this.lua.word(table + block), 0);
  }

  private prototype(p: number): void {
    if (this.charge(p) === 0) return;
    const { code, constants, protos, lineInfo, sizeCode, sizeConstants, sizeProtos, lineDefined } = layout.PROTO;
    const [instructions, values, inner] = [sizeCode, sizeConstants, sizeProtos].map((at) => this.lua.word(p + at)) as [
      number,
      number,
      number,
    ];
    const bytes =
      this.add('prototypes', p, 1) +
      this.add('instructions', this.lua.word(p + code), instructions) +
      this.add('constants', this.lua.word(p + constants), values) +
      this.add('inner functions', this.lua.word(p + protos), inner) +
      this.add('line numbers', this.lua.word(p + lineInfo), 1);
    const line = this.lua.word(p + lineDefined);
    this.functions.set(p, { line, instructions, constants: values, closures: 0, bytes });
  }

  private closure(closure: number): void {
    const bytes = this.add('closures', closure, 1);
    const cost = this.functions.get(this.lua.word(closure + layout.CLOSURE_PROTO));
    if (!cost || bytes === 0) return;
    cost.closures++;
    cost.bytes += bytes;
  }

  /** Counts a block that costs something; returns its bytes. */
  private add(kind: BlockKind, block: number, count: number): number {
    const bytes = this.charge(block);
    if (bytes === 0) return 0;
    this.kinds[kind].count += count;
    this.kinds[kind].bytes += bytes;
    return bytes;
  }

  private charge(block: number): number {
    // What lies below the first block of Lua, as the node of empty tables does, is the machine's own.
    return block < this.lua.main ? 0 : this.lua.heap.store.charge(block);
  }

  private byte(address: number): number {
    return this.lua.heap.store.bytes[address] ?? 0;
  }

  private text(string: number): string {
    const start = string + layout.STRING_HEADER;
    const length = this.lua.word(string + layout.STRING_LENGTH);
    return Buffer.from(this.lua.heap.store.bytes.subarray(start, start + length)).toString('latin1');
  }
}
