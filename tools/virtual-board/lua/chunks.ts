import { allPrototypes, MalformedChunk } from '../../bytecode/chunk.ts';
import { readChunk } from '../../bytecode/read-chunk.ts';
import { toDeviceChunk, toStockChunk } from '../../bytecode/transcode.ts';
import { writeChunk } from '../../bytecode/write-chunk.ts';
import { type Lua, MULTIPLE_RESULTS } from './lua.ts';
import { chargeAsOnChip, prototypeOf, stripDebug, tooManyLocals } from './prototypes.ts';

const SIGNATURE = 0x1b;
const HASH = 0x23;
const NEWLINE = 0x0a;
const SYNTAX_ERROR = 3;

/** How the board compiles and undumps: source text, and bytecode in the device's format only. */
export class ChunkLoader {
  /** Debug information that new functions lose: 1 none, 2 names, 3 lines too. The release's default is 2. */
  stripLevel = 2;
  readonly #readFile: (name: string) => Uint8Array | undefined;

  constructor(readFile: (name: string) => Uint8Array | undefined) {
    this.#readFile = readFile;
  }

  /** Like luaL_loadbuffer: pushes a function, or an error message; 0 = good. */
  load(lua: Lua, chunk: Uint8Array, chunkName: string): number {
    if (chunk[0] === SIGNATURE) return this.#undump(lua, chunk, chunkName);
    const status = lua.loadBuffer(chunk, chunkName);
    if (status !== 0) return status;
    const fault = tooManyLocals(lua);
    if (fault) {
      lua.pop();
      lua.pushString(`${displayName(chunkName)}:${fault.line}: ${fault.message}`);
      return SYNTAX_ERROR;
    }
    const proto = prototypeOf(lua, -1);
    stripDebug(lua, proto, this.stripLevel);
    chargeAsOnChip(lua, proto);
    return 0;
  }

  #undump(lua: Lua, chunk: Uint8Array, chunkName: string): number {
    let stock: Uint8Array;
    try {
      stock = toStockChunk(chunk);
    } catch (error) {
      if (!(error instanceof MalformedChunk)) throw error;
      lua.pushString(`${binaryName(chunkName)}: ${error.message}`);
      return SYNTAX_ERROR;
    }
    const status = lua.loadBuffer(stock, chunkName);
    if (status === 0) chargeAsOnChip(lua, prototypeOf(lua, -1));
    return status;
  }

  /** Like luaL_loadfile, from the board's file system. */
  loadFile(lua: Lua, name: string): number {
    const content = this.#readFile(name);
    if (!content) {
      lua.pushString(`cannot open ${name}: `);
      return SYNTAX_ERROR + 2;
    }
    return this.load(lua, withoutShebang(content), `@${name}`);
  }

  exists(name: string): boolean {
    return this.#readFile(name) !== undefined;
  }

  /** Runs a file with all results left on the stack; raises what goes wrong. */
  doFile(lua: Lua, name: string): void {
    if (this.loadFile(lua, name) !== 0) lua.raise();
    lua.call(0, MULTIPLE_RESULTS);
  }

  /** Device bytecode of the function on top of the stack; `stripped`: without source name and line numbers. */
  dump(lua: Lua, debug: 'kept' | 'stripped' = 'kept'): Uint8Array {
    if (debug === 'kept') return toDeviceChunk(lua.dump());
    const prototype = readChunk(lua.dump(), 'stock');
    for (const each of allPrototypes(prototype)) {
      each.source = undefined;
      each.lines = [];
      each.locals = [];
      each.upvalueNames = [];
    }
    return writeChunk(prototype, 'device');
  }
}

/** The first line of a script may be "#!...": its line stays counted. */
function withoutShebang(content: Uint8Array): Uint8Array {
  if (content[0] !== HASH) return content;
  const end = content.indexOf(NEWLINE);
  return end < 0 ? new Uint8Array() : content.subarray(end);
}

/** How luaU_undump calls a chunk. */
function binaryName(chunkName: string): string {
  if (chunkName.startsWith('@') || chunkName.startsWith('=')) return chunkName.slice(1);
  return chunkName.charCodeAt(0) === SIGNATURE ? 'binary string' : chunkName;
}

/** luaO_chunkid for the names that a board uses. */
function displayName(chunkName: string): string {
  const SHORT_SOURCE = 80;
  if (chunkName.startsWith('@') || chunkName.startsWith('=')) return chunkName.slice(1, SHORT_SOURCE);
  const line = chunkName.split(/[\r\n]/, 1)[0] ?? '';
  const room = SHORT_SOURCE - ' [string "..."] '.length - 1;
  return line.length > room || line !== chunkName ? `[string "${line.slice(0, room)}..."]` : `[string "${line}"]`;
}
