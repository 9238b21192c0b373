import { Err } from '../../tcpip/errors.ts';
import type { TcpEvents } from '../../tcpip/pcb.ts';
import { LuaError } from '../../lua/errors.ts';
import { NO_REF, type Lua, type LuaFunction } from '../../lua/lua.ts';
import { check, keepSelf, readEndpoint, setCallback, type NetContext } from './context.ts';
import { TCP_SERVER, type ServerObject } from './objects.ts';

const DEFAULT_TIMEOUT_S = 30;

/** net.createServer: the first argument is the timeout, whatever the documentation of old said. */
export const createServer: LuaFunction = (lua) => {
  const timeout = lua.optInteger(1, DEFAULT_TIMEOUT_S);
  lua.pushUserdata(TCP_SERVER, { kind: 'server', self: NO_REF, listener: undefined, accept: NO_REF, timeout });
  return 1;
};

/** server:listen(port, [address], function(socket)) */
export function listenTcp(context: NetContext, events: TcpEvents, lua: Lua, server: ServerObject): number {
  if (server.listener) throw new LuaError('already listening');
  const { port, address, next } = readEndpoint(lua, 2);
  if (!lua.isFunction(next)) throw new LuaError('need callback');
  server.accept = setCallback(context, lua, next, server.accept);
  const result = context.stack.listen(address, port, events);
  if (typeof result === 'object') {
    server.listener = result;
    result.owner = lua.exports.lua_touserdata(lua.L, 1);
    keepSelf(context, lua, server);
  } else {
    // tcp_listen answers a second listener with NULL, which the module takes for a lack of memory.
    check(result === Err.inUse ? Err.memory : result);
  }
  return 0;
}
