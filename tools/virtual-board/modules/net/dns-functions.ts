import { BROADCAST_ADDRESS, formatAddress, parseLooseAddress } from '../../tcpip/address.ts';
import { DNS_SERVERS } from '../../tcpip/dns.ts';
import { Err } from '../../tcpip/errors.ts';
import { LuaError } from '../../lua/errors.ts';
import type { Fields } from '../../lua/library.ts';
import type { Lua } from '../../lua/lua.ts';
import { check, type NetContext } from './context.ts';

/** net.dns */
export function dnsFunctions({ lua, dns }: NetContext): Fields {
  return { setdnsserver, getdnsserver, resolve };

  function resolve(state: Lua): number {
    const name = state.checkString(1);
    state.checkFunction(2);
    state.pushValue(2);
    const callback = state.ref();
    const finish = (address: number | undefined): void => {
      lua.pushRef(callback);
      lua.unref(callback);
      lua.pushNil();
      if (address === undefined) lua.pushNil();
      else lua.pushString(formatAddress(address));
      lua.call(2, 0);
    };
    const result = dns.resolve(name, finish);
    if (typeof result === 'object') {
      finish(result.address);
    } else if (result !== Err.inProgress) {
      state.unref(callback);
      check(result);
    }
    return 0;
  }

  function setdnsserver(state: Lua): number {
    const address = parseLooseAddress(state.checkString(1));
    if (!address || address === BROADCAST_ADDRESS) throw new LuaError('invalid dns server ip');
    const index = serverIndex(state.optInteger(2, 0));
    if (index >= 0) dns.servers[index] = address;
    return 0;
  }

  function getdnsserver(state: Lua): number {
    const address = dns.servers[serverIndex(state.optInteger(1, 0))];
    if (address) state.pushString(formatAddress(address));
    else state.pushNil();
    return 1;
  }
}

/** Only too large an index is an error; there is no server at a negative one. */
function serverIndex(index: number): number {
  if (index >= DNS_SERVERS) throw new LuaError(`server index out of range [0-${DNS_SERVERS - 1}]`);
  return index;
}
