import { ChunkLoader } from '../../virtual-board/lua/chunks.ts';
import { GLOBALS_INDEX, Lua } from '../../virtual-board/lua/lua.ts';
import { findProfile } from '../../virtual-board/profiles/index.ts';

/** What a server cost in a Lua with the chip's object sizes; bytes of the chip. */
export interface ServerCost {
  /** Heap held after it has started and the rest was collected. */
  held: number;
  /** Per request, in the order of the requests: VM instructions, and bytes that were allocated. */
  instructions: number[];
  garbage: number[];
  /** Everything that could be seen from outside: what was printed, sent, and done to pins. */
  transcript: string[];
}

/** A board that only writes down what is done to it. Timers are kept and never run out. */
const board = `
local timer = {alarm = function(self, period) log('timer ' .. period) end, unregister = function() log('timer stops') end}
function print(text) log('print ' .. text) end
gpio = {OUTPUT = 1, HIGH = 1, LOW = 0, mode = function() end, write = function(pin, level) log('pin ' .. pin .. ' ' .. level) end}
tmr = {ALARM_AUTO = 1, create = function() return timer end, time = function() return 7 end}
node = {heap = function() return 40000 end}
local accept, handlers, after
local server = {listen = function(_, port, handler) log('port ' .. port) accept = handler end}
net = {createServer = function() return server end}
local socket = {
  on = function(_, event, handler) handlers[event] = handler end,
  send = function(_, text, sent) log(text) after = sent end,
  close = function() log('close') end,
  getpeer = function() return 1234, '10.0.0.1' end,
}
function connect() handlers, after = {}, nil accept(socket) end
function receive(text) handlers.receive(socket, text) if after then local sent = after after = nil sent(socket) end end
`;

/** Starts a server, given as the device's bytecode by module name, and sends it requests, one connection each. */
export function runServer(modules: ReadonlyMap<string, Uint8Array>, requests: readonly string[]): ServerCost {
  const { heap: sizes } = findProfile('nodemcu-3.0');
  const arena = 4 << 20;
  const lua = new Lua({ ...sizes, arena });
  const loader = new ChunkLoader(() => undefined);
  const transcript: string[] = [];
  const load = (bytes: Uint8Array, name: string): void => {
    if (loader.load(lua, bytes, name) !== 0) throw new Error(lua.toString(-1));
  };
  lua.exports.luaL_openlibs(lua.L);
  lua.setTop(0);
  define(lua, 'log', () => {
    transcript.push(lua.checkString(1));
    return 0;
  });
  load(Buffer.from(board), '=board');
  lua.call(0, 0);
  define(lua, 'require', () => requireModule(lua, modules, load));
  // What a module leaves in package.loaded has a place already, as on the board.
  lua.getField(GLOBALS_INDEX, 'package');
  lua.setTop(0);
  lua.collect();
  lua.heap.start(arena);
  lua.pushFunction(() => requireModule(lua, modules, load));
  lua.pushString('main');
  lua.call(1, 0);
  lua.collect();
  const held = lua.heap.used();

  let count = 0;
  lua.onHook = () => count++;
  const send = (request: string): number => {
    lua.getGlobal('connect');
    lua.call(0, 0);
    lua.getGlobal('receive');
    lua.pushString(request);
    const before = lua.heap.used();
    count = 0;
    lua.setHook(1);
    lua.call(1, 0);
    lua.setHook(0);
    return lua.heap.used() - before;
  };
  const instructions: number[] = [];
  const garbage: number[] = [];
  for (const request of requests) {
    lua.collect();
    lua.stopCollector();
    // A collection shrinks Lua's stack, so that the first request after it pays for its growth; the second is typical.
    send(request);
    garbage.push(send(request));
    instructions.push(count);
    lua.restartCollector();
  }
  return { held, instructions, garbage, transcript };
}

function define(lua: Lua, name: string, fn: () => number): void {
  lua.pushFunction(fn);
  lua.setField(GLOBALS_INDEX, name);
}

/** `require` of the device: once per module, the result in package.loaded. */
function requireModule(
  lua: Lua,
  modules: ReadonlyMap<string, Uint8Array>,
  load: (bytes: Uint8Array, name: string) => void,
): number {
  const name = lua.checkString(1);
  lua.getGlobal('package');
  lua.getField(-1, 'loaded');
  const loaded = lua.top();
  lua.getField(loaded, name);
  if (!lua.isNoneOrNil(-1)) return 1;
  const bytes = modules.get(name);
  if (!bytes) throw new Error(`there is no module ${name}`);
  load(bytes, `@${name}.lua`);
  lua.call(0, 1);
  if (lua.isNoneOrNil(-1)) {
    lua.pop();
    lua.pushBoolean(true);
  }
  lua.pushValue(-1);
  lua.setField(loaded, name);
  return 1;
}
