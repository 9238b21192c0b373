import { formatAddress, parseLooseAddress, type Ipv4Address } from '../../tcpip/address.ts';
import type { DhcpClient } from '../../tcpip/dhcp.ts';
import type { DnsClient } from '../../tcpip/dns.ts';
import { Err } from '../../tcpip/errors.ts';
import type { TcpIp } from '../../tcpip/stack.ts';
import { LuaError } from '../../lua/errors.ts';
import { LuaType, NO_REF, type Lua } from '../../lua/lua.ts';
import type { ModuleHost } from '../host.ts';
import type { NetRegistry } from './registry.ts';

/** What the parts of the net module share, once per boot. */
export interface NetContext {
  readonly host: ModuleHost;
  readonly registry: NetRegistry;
  readonly lua: Lua;
  readonly stack: TcpIp;
  readonly dns: DnsClient;
  readonly dhcp: DhcpClient;
}

/** Texts of lwip_lua_checkerr in app/modules/net.c. */
const TEXTS: Partial<Record<number, string>> = {
  [Err.memory]: 'out of memory',
  [Err.routing]: 'routing problem',
  [Err.inProgress]: 'in progress',
  [Err.value]: 'illegal value',
  [Err.aborted]: 'connection aborted',
  [Err.reset]: 'connection reset',
  [Err.closed]: 'connection closed',
  [Err.notConnected]: 'not connected',
  [Err.argument]: 'illegal argument',
  [Err.inUse]: 'address in use',
  [Err.alreadyConnected]: 'already connected',
};

/** Raises the Lua error that the firmware raises for an err_t. */
export function check(error: Err): void {
  if (error !== Err.ok) throw new LuaError(TEXTS[error] ?? 'unknown error');
}

export function invalidUserData(): never {
  throw new LuaError('invalid user data');
}

/** True for numbers and for strings that Lua would convert. */
export function isNumber(lua: Lua, index: number): boolean {
  return lua.exports.lua_isnumber(lua.L, index) !== 0;
}

export function isString(lua: Lua, index: number): boolean {
  const type = lua.type(index);
  return type === LuaType.string || type === LuaType.number;
}

/** The port and optional address that `listen` takes from `index` on, and where they end. */
export function readEndpoint(lua: Lua, index: number): { port: number; address: Ipv4Address; next: number } {
  let next = index;
  const port = isNumber(lua, next) ? lua.toInteger(next++) & 0xffff : 0;
  const text = isString(lua, next) ? lua.checkString(next++) : '0.0.0.0';
  return { port, address: checkAddress(text), next };
}

export function checkAddress(text: string): Ipv4Address {
  const address = parseLooseAddress(text);
  if (address === undefined) throw new LuaError('invalid IP address');
  return address;
}

/** Replaces a reference by the function at `index`. */
export function setCallback({ registry }: NetContext, lua: Lua, index: number, old: number): number {
  lua.pushValue(index);
  lua.unref(old);
  return registry.ref();
}

/** Keeps an object alive as long as the stack may call it. */
export function keepSelf({ registry }: NetContext, lua: Lua, object: { self: number }): boolean {
  if (object.self !== NO_REF) return false;
  lua.pushValue(1);
  object.self = registry.ref();
  return true;
}

export function releaseSelf(lua: Lua, object: { self: number }): void {
  const { self } = object;
  object.self = NO_REF;
  lua.unref(self);
}

/** Pushes port and address, or two nils when there is none. */
export function pushEndpoint(lua: Lua, endpoint: { port: number; address: Ipv4Address } | undefined): number {
  if (!endpoint || endpoint.port === 0) {
    lua.pushNil();
    lua.pushNil();
  } else {
    lua.pushNumber(endpoint.port);
    lua.pushString(formatAddress(endpoint.address));
  }
  return 2;
}
