/**
 * Where things lie in liblua5.1.wasm's memory (Lua 5.1.5, ILP32): lstate.h and lobject.h of stock Lua, by hand.
 * `layout.test.ts` compares every offset used with what the C API says.
 */

/** lua_State */
export const STATE_GLOBAL = 16;
export const STATE_STACK = { vector: 32, size: 44 } as const;
export const STATE_CALLS = { vector: 40, size: 48 } as const;
/** The table that _G names */
export const STATE_GLOBALS = 72;
export const CALL_INFO_SIZE = 24;

/** global_State, with its stringtable: hash, nuse */
export const GLOBAL_STRING_TABLE = 0;
export const GLOBAL_STRING_COUNT = 4;
export const GLOBAL_STRING_BUCKETS = 8;
/** rootgc: head of the list of all collectable objects but strings */
export const GLOBAL_OBJECTS = 28;
export const GLOBAL_GC_THRESHOLD = 64;
export const GLOBAL_TOTAL_BYTES = 68;

export const GLOBAL_REGISTRY = 96;

/** Table */
export const TABLE = { logNodes: 7, array: 12, nodes: 16, sizeArray: 28 } as const;

/** GCObject header: next, tt, marked */
export const OBJECT_TYPE = 4;
export const OBJECT_TYPE_STRING = 4;
export const OBJECT_TYPE_FUNCTION = 6;
export const OBJECT_TYPE_UPVALUE = 10;

/** TString: header, hash, len, then the bytes and a NUL */
export const STRING_LENGTH = 12;
export const STRING_HEADER = 16;

/** LClosure */
export const CLOSURE_PROTO = 16;

/** Udata: bytes before the payload */
export const USERDATA_HEADER = 24;

/** Proto */
export const PROTO = {
  constants: 8,
  code: 12,
  protos: 16,
  lineInfo: 20,
  localVariables: 24,
  upvalueNames: 28,
  source: 32,
  sizeUpvalueNames: 36,
  sizeConstants: 40,
  sizeCode: 44,
  sizeLineInfo: 48,
  sizeProtos: 52,
  sizeLocalVariables: 56,
  lineDefined: 60,
} as const;

/** LocVar: varname, startpc, endpc */
export const LOCAL_VARIABLE = { size: 12, start: 4, end: 8 } as const;

/** sizeof(TValue): 16 here, 12 on the chip. */
export const VALUE_SIZE = 16;
export const DEVICE_VALUE_SIZE = 12;

/** sizeof(Node), equal on both: next fits into the padding of the key here. */
export const NODE_SIZE = 32;

/** sizeof(UpVal) */
export const UPVALUE_SIZE = 32;
export const DEVICE_UPVALUE_SIZE = 24;
