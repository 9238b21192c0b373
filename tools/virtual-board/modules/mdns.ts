import { MdnsResponder } from '../tcpip/mdns.ts';
import { LuaError } from '../lua/errors.ts';
import type { LuaModule } from '../lua/library.ts';
import type { Lua } from '../lua/lua.ts';
import type { NetContext } from './net/context.ts';

/** Texts beyond these are ignored (app/include/nodemcu_mdns.h). */
const MAX_TEXTS = 10;

/** NodeMCU's `mdns` module: makes the board known as <name>.local. */
export function mdnsModule({ host, stack }: NetContext): LuaModule {
  let responder: MdnsResponder | undefined;
  host.onReset(close);
  return { name: 'mdns', fields: { register, close } };

  function close(): number {
    responder?.close();
    responder = undefined;
    return 0;
  }

  function register(lua: Lua): number {
    const name = lua.checkString(1);
    const settings = lua.top() >= 2 ? readSettings(lua) : new Map<string, string>();
    if (stack.netif.address === 0) throw new LuaError('No network connection');
    const take = (key: string, fallback: string): string => {
      const value = settings.get(key) ?? fallback;
      settings.delete(key);
      return value;
    };
    const port = Number(take('port', '80'));
    const type = `_${take('service', 'http')}._tcp.local`;
    const instance = `${take('description', name)}.${type}`;
    const texts = [...settings].slice(0, MAX_TEXTS).map(([key, value]) => `${key}=${value}`);
    close();
    responder = new MdnsResponder(stack.udp, { host: `${name}.local`, type, instance, port, texts });
    if (responder.start()) return 0;
    close();
    throw new LuaError('Unable to start mDns daemon');
  }
}

function readSettings(lua: Lua): Map<string, string> {
  lua.checkTable(2);
  const settings = new Map<string, string>();
  lua.pushNil();
  while (lua.next(2)) {
    lua.pushValue(-2);
    settings.set(lua.checkString(-1), lua.checkString(-2));
    lua.pop(2);
  }
  return settings;
}
