import { type Lua, type LuaFunction, LuaType } from '../../lua/lua.ts';
import type { StartupSettings } from '../host.ts';

/** node.startup and its predecessor: settings that the firmware keeps in flash. */
export function startupFunctions(startup: StartupSettings): Record<'startup' | 'startupcommand', LuaFunction> {
  return { startup: nodeStartup, startupcommand };

  function nodeStartup(lua: Lua): number {
    if (lua.top() > 0) {
      lua.checkTable(1);
      readStartup(lua);
    }
    lua.createTable(0, 4);
    if (startup.command !== undefined) {
      lua.pushString(startup.command);
      lua.setField(-2, 'command');
    }
    lua.pushBoolean(startup.banner);
    lua.setField(-2, 'banner');
    lua.pushBoolean(startup.delayMount);
    lua.setField(-2, 'delay_mount');
    lua.pushNumber(startup.frequency);
    lua.setField(-2, 'frequency');
    return 1;
  }

  /** An empty table restores the defaults. */
  function readStartup(lua: Lua): void {
    let isEmpty = true;
    lua.pushNil();
    while (lua.next(1)) {
      const isNamed = lua.type(-2) === LuaType.string || lua.type(-2) === LuaType.number;
      if (isNamed) isEmpty = false;
      switch (lua.type(-2) === LuaType.string ? lua.toString(-2) : undefined) {
        case 'command':
          startup.command = lua.checkString(lua.top());
          break;
        case 'banner':
          startup.banner = lua.toBoolean(-1);
          break;
        case 'frequency':
          startup.frequency = lua.toInteger(-1) === 160 ? 160 : 80;
          break;
        case 'delay_mount':
          startup.delayMount = lua.toBoolean(-1);
          break;
      }
      lua.pop();
    }
    if (isEmpty) Object.assign(startup, { command: undefined, banner: true, delayMount: false, frequency: 80 });
  }

  function startupcommand(lua: Lua): number {
    startup.command = lua.checkString(1);
    lua.pushBoolean(true);
    return 1;
  }
}
