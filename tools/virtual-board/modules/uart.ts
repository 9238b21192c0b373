import { LuaError } from '../lua/errors.ts';
import type { LuaModule } from '../lua/library.ts';
import { type Lua, LuaType, NO_REF } from '../lua/lua.ts';
import { LINE_LIMIT, type Repl } from '../repl.ts';
import type { ModuleHost } from './host.ts';

/** What uart.setup set last, by UART. */
interface Line {
  baudRate: number;
  dataBits: number;
  parity: number;
  stopBits: number;
}

/** Serial ports (firmware: app/modules/uart.c). UART0 is the console; UART1 can only send and is not led out here. */
export function uartModule(host: ModuleHost, repl: Repl): LuaModule {
  const { lua, uart } = host;
  const lines: Line[] = [uart.baudRate, 115200].map((baudRate) => ({ baudRate, dataBits: 8, parity: 0, stopBits: 1 }));
  let receiver = NO_REF;

  function checkLine(lua: Lua): { id: number; line: Line } {
    const id = lua.checkInteger(1);
    const line = lines[id];
    if (!line) throw new LuaError(`uart ${id} does not exist`);
    return { id, line };
  }

  function on(lua: Lua): number {
    if (lua.toString(1) !== 'data') lua.argError(1, 'method not supported');
    let argument = 2;
    let length = -1;
    let endByte = 0;
    if (lua.type(2) === LuaType.number) {
      length = lua.checkInteger(2);
      if (length < 0 || length >= LINE_LIMIT) lua.argError(2, 'wrong arg range');
      argument = 3;
    } else if (lua.type(2) === LuaType.string) {
      const end = lua.checkString(2);
      if (end.length !== 1) throw new LuaError('wrong arg range');
      endByte = end.charCodeAt(0);
      argument = 3;
    }
    lua.unref(receiver);
    receiver = NO_REF;
    repl.receiver = undefined;
    if (!lua.isFunction(argument)) return 0;
    const runInput = !(lua.type(argument + 1) === LuaType.number && lua.toInteger(argument + 1) === 0);
    lua.pushValue(argument);
    receiver = lua.ref();
    repl.receiver = { deliver, length, endByte, runInput };
    return 0;
  }

  function deliver(data: string): void {
    lua.pushRef(receiver);
    lua.pushString(data);
    host.pcallx(1, 0);
  }

  function setup(lua: Lua): number {
    const { id, line } = checkLine(lua);
    line.baudRate = lua.checkInteger(2);
    line.dataBits = lua.checkInteger(3);
    line.parity = lua.checkInteger(4);
    line.stopBits = lua.checkInteger(5);
    if (lua.type(6) === LuaType.number) repl.echo = lua.toInteger(6) !== 0;
    if (id === 0) uart.baudRate = line.baudRate;
    lua.pushNumber(line.baudRate);
    return 1;
  }

  function getconfig(lua: Lua): number {
    const { line } = checkLine(lua);
    for (const value of [line.baudRate, line.dataBits, line.parity, line.stopBits]) lua.pushNumber(value);
    return 4;
  }

  function write(lua: Lua): number {
    const { id } = checkLine(lua);
    const parts: Uint8Array[] = [];
    for (let argument = 2; argument <= lua.top(); argument++) {
      if (lua.type(argument) === LuaType.number) {
        const value = lua.toInteger(argument);
        if (value < 0 || value > 255) throw new LuaError('invalid number');
        parts.push(Uint8Array.of(value));
      } else {
        lua.exports.luaL_checktype(lua.L, argument, LuaType.string);
        parts.push(lua.checkBytes(argument));
      }
    }
    if (id === 0) {
      uart.write(Buffer.concat(parts));
      host.delay(uart.txWaitMs);
    }
    return 0;
  }

  function alt(lua: Lua): number {
    lua.checkInteger(1);
    return 0;
  }

  function fifodepth(lua: Lua): number {
    const id = lua.optInteger(1, 0);
    if (id !== 0 && id !== 1) lua.argError(1, 'Bad UART id; must be 0 or 1');
    const direction = lua.optInteger(2, 0);
    if (direction !== 0 && direction !== 1) lua.argError(2, 'Bad direction; must be DIR_RX or DIR_TX');
    const FIFO = 128;
    const depth = id === 1 ? 0 : direction === 0 ? uart.rxBuffered : uart.txPending;
    lua.pushNumber(Math.min(FIFO, depth));
    return 1;
  }

  const constants = {
    STOPBITS_1: 1,
    STOPBITS_1_5: 3,
    STOPBITS_2: 2,
    PARITY_NONE: 0,
    PARITY_ODD: 2,
    PARITY_EVEN: 1,
    DIR_RX: 0,
    DIR_TX: 1,
  };
  return { name: 'uart', fields: { setup, getconfig, write, on, alt, fifodepth, ...constants } };
}
