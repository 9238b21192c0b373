import { CLOSURE_PROTO, LOCAL_VARIABLE, OBJECT_TYPE_STRING, PROTO, VALUE_SIZE } from './layout.ts';
import type { Lua } from './lua.ts';

/** NodeMCU's LUAI_MAXVARS: active local variables per function (stock Lua: 200). */
const MAX_LOCALS = 50;
/** Instructions on one line that a byte of packed line info can count (firmware: app/lua/ldebug.c). */
const MAX_RUN = 126;

/** Address of the Proto of the Lua function at a stack index. */
export function prototypeOf(lua: Lua, index: number): number {
  return lua.word(lua.pointer(index) + CLOSURE_PROTO);
}

function* tree(lua: Lua, proto: number): Generator<number> {
  yield proto;
  const count = lua.word(proto + PROTO.sizeProtos);
  const inner = lua.word(proto + PROTO.protos);
  for (let index = 0; index < count; index++) yield* tree(lua, lua.word(inner + 4 * index));
}

/** The error that the device's compiler would have raised for the function on top of the stack, if any. */
export function tooManyLocals(lua: Lua): { line: number; message: string } | undefined {
  for (const proto of tree(lua, prototypeOf(lua, -1))) {
    const pc = overflow(lua, proto);
    if (pc === undefined) continue;
    const lineDefined = lua.word(proto + PROTO.lineDefined);
    const where = lineDefined === 0 ? 'main function' : `function at line ${lineDefined}`;
    const line = lua.word(lua.word(proto + PROTO.lineInfo) + 4 * Math.max(0, pc - 1));
    return { line, message: `${where} has more than ${MAX_LOCALS} local variables` };
  }
  return undefined;
}

/** The instruction at which more than MAX_LOCALS variables are active. */
function overflow(lua: Lua, proto: number): number | undefined {
  const count = lua.word(proto + PROTO.sizeLocalVariables);
  if (count <= MAX_LOCALS) return undefined;
  const first = lua.word(proto + PROTO.localVariables);
  const ends: number[] = [];
  for (let index = 0; index < count; index++) {
    const variable = first + index * LOCAL_VARIABLE.size;
    const start = lua.word(variable + LOCAL_VARIABLE.start);
    // A variable that ends where another starts overlaps it: between two blocks there is always an instruction.
    while ((ends.at(-1) ?? Infinity) < start) ends.pop();
    ends.push(lua.word(variable + LOCAL_VARIABLE.end));
    if (ends.length > MAX_LOCALS) return start;
  }
  return undefined;
}

/**
 * Discards debug information as luaG_stripdebug does: level 2 names of locals and upvalues, level 3 line numbers too.
 * Returns the bytes that the chip would gain.
 */
export function stripDebug(lua: Lua, proto: number, level: number): number {
  let gained = 0;
  for (const each of tree(lua, proto)) {
    if (level >= 3) {
      gained += packedLineInfoSize(lua, each);
      freeVector(lua, each, PROTO.lineInfo, PROTO.sizeLineInfo, 4);
    }
    if (level >= 2) {
      gained += freeVector(lua, each, PROTO.localVariables, PROTO.sizeLocalVariables, LOCAL_VARIABLE.size);
      gained += freeVector(lua, each, PROTO.upvalueNames, PROTO.sizeUpvalueNames, 4);
    }
  }
  return gained;
}

function freeVector(lua: Lua, proto: number, vector: number, count: number, itemSize: number): number {
  const size = lua.word(proto + count) * itemSize;
  if (size === 0) return 0;
  lua.heap.allocate(0, lua.word(proto + vector), size, 0);
  lua.setTotalBytes(lua.totalBytes() - size);
  lua.setWord(proto + vector, 0);
  lua.setWord(proto + count, 0);
  return size;
}

/**
 * Charges new functions as the chip does: line numbers take a few bytes per line instead of four per instruction, and
 * names of the libraries, which cost nothing in flash, are strings in RAM once code uses them.
 */
export function chargeAsOnChip(lua: Lua, proto: number): void {
  for (const each of tree(lua, proto)) {
    const vector = lua.word(each + PROTO.lineInfo);
    if (vector !== 0) lua.heap.recharge(vector, packedLineInfoSize(lua, each));
    chargeNames(lua, each);
  }
}

function chargeNames(lua: Lua, proto: number): void {
  const count = lua.word(proto + PROTO.sizeConstants);
  const first = lua.word(proto + PROTO.constants);
  const strings: number[] = [];
  for (let constant = first; constant < first + count * VALUE_SIZE; constant += VALUE_SIZE) {
    if (lua.word(constant + 8) === OBJECT_TYPE_STRING) strings.push(lua.word(constant));
  }
  lua.libraryNames.use(first, strings);
}

function packedLineInfoSize(lua: Lua, proto: number): number {
  const count = lua.word(proto + PROTO.sizeLineInfo);
  if (count === 0) return 0;
  const vector = lua.word(proto + PROTO.lineInfo);
  let size = 1;
  let line = 0;
  for (let pc = 0; pc < count;) {
    const next = lua.word(vector + 4 * pc);
    let run = 1;
    while (pc + run < count && lua.word(vector + 4 * (pc + run)) === next) run++;
    size += lineStepSize(next - line) + Math.ceil(run / MAX_RUN);
    line = next;
    pc += run;
  }
  return size;
}

/** Bytes of a line delta: none for the next line, else 6 bits and then 7 bits each. */
function lineStepSize(delta: number): number {
  if (delta === 1) return 0;
  let size = 1;
  for (let rest = Math.abs(delta) >> 6; rest > 0; rest >>= 7) size++;
  return size;
}
