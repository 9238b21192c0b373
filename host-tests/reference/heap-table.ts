import { readFileSync } from 'node:fs';
import { VirtualBoard } from '../../tools/virtual-board/board.ts';
import { VirtualClock } from '../../tools/virtual-board/clock.ts';
import { findProfile } from '../../tools/virtual-board/profiles/index.ts';
import { seededRandom } from '../../tools/virtual-board/random.ts';
import { MemoryFlash } from '../../tools/virtual-board/serial/memory-flash.ts';

/** One row: bytes of node.heap() per object, recorded and on the virtual board. */
export interface HeapRow {
  name: string;
  recorded: number;
  measured: number;
  /** measured / recorded - 1 */
  deviation: number;
}

export interface HeapResult {
  rows: HeapRow[];
  /** Rows that a virtual board without a peer cannot measure: sockets of accepted connections. */
  left: string[];
  passed: number;
}

/** Rows are right within this part of the recorded value. */
const TOLERANCE = 0.1;
/** Objects per row, fewer when they are big. */
const COUNT = 50;
const TOTAL_BYTES = 20_000;

/** Lua expressions that make one object; `i` is its number, `load` compiles source. */
const MAKERS: Readonly<Record<string, string>> = {
  'table.empty': '{}',
  'table.array.1': '{7}',
  'table.array.3': '{7,7,7}',
  'table.array.4': '{7,7,7,7}',
  'table.array.8': '{7,7,7,7,7,7,7,7}',
  'table.hash.1': '{k1=1}',
  'table.hash.2': '{k1=1,k2=1}',
  'table.hash.3': '{k1=1,k2=1,k3=1}',
  'table.hash.8': '{k1=1,k2=1,k3=1,k4=1,k5=1,k6=1,k7=1,k8=1}',
  'table.hash.16': `{${Array.from({ length: 16 }, (_, index) => `k${index + 1}=1`).join(',')}}`,
  'table.array.grown.16': '(function() local t = {} for j = 1, 16 do t[j] = j end return t end)()',
  'closure.upvalues.0': 'function() end',
  'closure.upvalues.1': '(function() local a = 1 return function() return a end end)()',
  'closure.upvalues.2': '(function() local a, b = 1, 2 return function() return a, b end end)()',
  'closure.sharedUpvalue.1': 'function() return shared end',
  coroutine: 'coroutine.create(noop)',
  'tmr.create': 'tmr.create()',
  'net.createConnection.unconnected': 'net.createConnection()',
  'net.createServer.notListening': 'net.createServer()',
  'net.createUDPSocket.unbound': 'net.createUDPSocket()',
  'pipe.oneByte': '(function() local p = pipe.create() p:write("x") return p end)()',
  'userdata.sjsonDecoder': 'sjson.decoder()',
  'proto.locals.8': 'load("local a,b,c,d,e,f,g,h", i)',
  'proto.oneInner.empty': 'load("local function f() end", i)',
  'proto.twoInner.empty': 'load("local function f() end local function g() end", i)',
};

const numbered = (name: string): number => Number(/\.(\d+)(?=$|\.stripdebug)/.exec(name)?.[1] ?? 0);

function makerOf(name: string): string | undefined {
  if (name.startsWith('string.length.')) return `(prefix .. i):rep(${numbered(name)}):sub(1, ${numbered(name)})`;
  if (name.startsWith('proto.moves.')) return `load("local a,b" .. (" a=b"):rep(${numbered(name)}), i)`;
  if (name.startsWith('proto.numberConstants.')) return `load(constants(${numbered(name)}), i)`;
  return MAKERS[name];
}

const program = (name: string, maker: string, count: number): string => `
node.egc.setmode(node.egc.ON_ALLOC_FAILURE)
node.stripdebug(${/stripdebug\.(\d)/.exec(name)?.[1] ?? '2'})
local shared, prefix = 5, 'p'
local function noop() end
local function load(source, i) return assert(loadstring(source, '=x')) end
local function constants(n) local t = {} for j = 1, n do t[j] = tostring(1000 + j) end return 'local a,b a=b local t={' .. table.concat(t, ',') .. '}' end
local N = ${count}
local keep = {} for i = 1, N do keep[i] = 0 end
local function make(i) return ${maker} end
local function settle() collectgarbage() collectgarbage() return node.heap() end
-- Once for what grows with the first objects and stays: the stack, the registry, the table of strings.
for i = 1, N do keep[i] = make(i) end
for i = 1, N do keep[i] = 0 end
file.close()
local before = settle()
for i = 1, N do keep[i] = make(i) end
print('bytes=' .. (before - settle()) / N)
`;

/** Measures every row of heap.json that needs no network peer. */
export function runHeapFile(path: string): HeapResult {
  const { values } = JSON.parse(readFileSync(path, 'utf8')) as { values: Record<string, number> };
  const rows: HeapRow[] = [];
  const left: string[] = [];
  for (const [name, recorded] of Object.entries(values)) {
    const maker = name === 'file.openObject' ? 'file.open("f" .. i, "w")' : makerOf(name);
    if (maker === undefined) {
      left.push(name);
      continue;
    }
    const count = name === 'file.openObject' ? 3 : Math.min(COUNT, Math.floor(TOTAL_BYTES / recorded));
    const measured = measure(program(name, maker, count));
    rows.push({ name, recorded, measured, deviation: measured / recorded - 1 });
  }
  return { rows, left, passed: rows.filter(({ deviation }) => Math.abs(deviation) <= TOLERANCE).length };
}

function measure(init: string): number {
  const clock = new VirtualClock();
  const board = new VirtualBoard({
    profile: findProfile('nodemcu-3.0'),
    clock,
    random: seededRandom(1),
    flash: new MemoryFlash(),
    speed: 'host',
    files: { 'init.lua': Buffer.from(init) },
  });
  let text = '';
  board.onEvent((event) => {
    if (event.type === 'serial') text += event.text;
  });
  board.powerOn();
  clock.runUntil(100);
  board.close();
  const found = /bytes=([-\d.]+)/.exec(text)?.[1];
  if (found === undefined) throw new Error(`the measuring program failed:\n${text}`);
  return Number(found);
}
