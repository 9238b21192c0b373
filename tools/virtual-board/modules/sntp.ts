import type { Timer } from '../clock.ts';
import { formatAddress, type Ipv4Address } from '../tcpip/address.ts';
import { Err } from '../tcpip/errors.ts';
import { decodeNtpReply, encodeNtpRequest, type NtpReply } from '../tcpip/ntp.ts';
import { bindUdp, closeUdp, createUdpSocket, sendUdp } from '../tcpip/udp.ts';
import type { LuaModule } from '../lua/library.ts';
import { LuaType, NO_REF, type Lua } from '../lua/lua.ts';
import type { NetContext } from './net/context.ts';

const NTP_PORT = 123;
/** app/modules/sntp.c: attempts, their distance, the repetition, and where the time comes from by default. */
const ATTEMPTS = 5;
const ATTEMPT_MS = 1000;
const REPEAT_MS = 1_000_000;
const POOL = ['0', '1', '2', '3'].map((number) => `${number}.nodemcu.pool.ntp.org`);

const Failure = { lookup: 1, sending: 3, timeout: 4 } as const;

interface Sync {
  readonly servers: readonly string[];
  readonly onTime: number;
  readonly onError: number;
  readonly repeats: boolean;
  addresses: Ipv4Address[];
  attempts: number;
  sentAt: number;
}

/** NodeMCU's `sntp` module: asks time servers and sets rtctime. The first good answer counts. */
export function sntpModule(context: NetContext): LuaModule {
  const { host, lua, stack, dns } = context;
  const { clock } = stack.netif;
  let last: string | undefined;
  let offset = 0;
  let timer: Timer | undefined;
  let current: Sync | undefined;
  const socket = createUdpSocket(stack.udp, ({ source, data }) => {
    const reply = decodeNtpReply(data);
    if (reply && current?.addresses.includes(source)) succeed(current, source, reply);
  });
  host.onReset(() => timer?.cancel());
  return { name: 'sntp', fields: { sync, setoffset, getoffset } };

  function sync(state: Lua): number {
    const callback = (index: number): number => {
      if (!state.isFunction(index)) return NO_REF;
      state.pushValue(index);
      return state.ref();
    };
    end();
    const begun: Sync = {
      ...{ servers: readServers(state), onTime: callback(2), onError: callback(3), repeats: !state.isNoneOrNil(4) },
      ...{ addresses: [], attempts: 0, sentAt: 0 },
    };
    begin(begun);
    return 0;
  }

  function readServers(state: Lua): string[] {
    if (state.isNoneOrNil(1)) return last === undefined ? POOL : [last];
    if (state.type(1) !== LuaType.table) return [state.checkString(1)];
    return Array.from({ length: state.length(1) }, (_, index) => {
      state.rawGetIndex(1, index + 1);
      const name = state.checkString(-1);
      state.pop();
      return name;
    });
  }

  function begin(begun: Sync): void {
    current = begun;
    Object.assign(begun, { addresses: [], attempts: 0 });
    let open = begun.servers.length;
    const found = (address: Ipv4Address | undefined): void => {
      if (current !== begun) return;
      if (address !== undefined) begun.addresses.push(address);
      if (--open === 0) ask(begun);
    };
    for (const name of begun.servers) {
      const result = dns.resolve(name, found);
      if (typeof result === 'object') found(result.address);
      else if (result !== Err.inProgress) found(undefined);
    }
  }

  function ask(begun: Sync): void {
    if (begun.addresses.length === 0) {
      fail(begun, Failure.lookup, begun.servers[0]);
      return;
    }
    if (begun.attempts++ === ATTEMPTS) {
      fail(begun, Failure.timeout);
      return;
    }
    begun.sentAt = clock.now();
    if (socket.port === 0) bindUdp(stack.udp, socket, 0, 0);
    const errors = begun.addresses.map((to) => sendUdp(stack.udp, socket, to, NTP_PORT, encodeNtpRequest()));
    if (errors.every((error) => error !== Err.ok)) {
      fail(begun, Failure.sending);
      return;
    }
    timer = clock.after(ATTEMPT_MS, () => {
      ask(begun);
    });
  }

  function succeed(done: Sync, source: Ipv4Address, reply: NtpReply): void {
    const delayMs = clock.now() - done.sentAt;
    const microseconds = reply.microseconds + Math.round(delayMs * 500);
    const seconds = reply.seconds + Math.floor(microseconds / 1e6) + offset;
    last = formatAddress(source);
    const change = setClock(seconds, microseconds % 1e6);
    finish(done);
    if (done.onTime === NO_REF) return;
    lua.pushRef(done.onTime);
    lua.pushNumber(seconds);
    lua.pushNumber(microseconds % 1e6);
    lua.pushString(last);
    pushInfo(change, delayMs, reply);
    host.pcallx(4, 0);
  }

  function pushInfo(changeSeconds: number, delayMs: number, { stratum, leap }: NtpReply): void {
    const LARGE_S = 10;
    const change: Record<string, number> =
      Math.abs(changeSeconds) > LARGE_S
        ? { offset_s: Math.trunc(changeSeconds) }
        : { offset_us: Math.round(changeSeconds * 1e6) };
    lua.createTable();
    for (const [name, value] of Object.entries({ ...change, delay_us: Math.round(delayMs * 1000), stratum, leap })) {
      lua.pushNumber(value);
      lua.setField(-2, name);
    }
  }

  /** Sets rtctime; returns by how many seconds that moved it. */
  function setClock(seconds: number, microseconds: number): number {
    const top = lua.top();
    lua.getGlobal('rtctime');
    lua.getField(-1, 'get');
    lua.call(0, 2);
    const before = lua.toNumber(-2) + lua.toNumber(-1) / 1e6;
    lua.getField(top + 1, 'set');
    lua.pushNumber(seconds);
    lua.pushNumber(microseconds);
    lua.call(2, 0);
    lua.setTop(top);
    return seconds + microseconds / 1e6 - before;
  }

  function fail(failed: Sync, code: number, detail?: string): void {
    finish(failed);
    if (failed.onError === NO_REF) return;
    lua.pushRef(failed.onError);
    lua.pushNumber(code);
    if (detail === undefined) lua.pushNil();
    else lua.pushString(detail);
    host.pcallx(2, 0);
  }

  function finish(done: Sync): void {
    end();
    if (!done.repeats) return;
    timer = clock.after(REPEAT_MS, () => {
      begin(done);
    });
  }

  function end(): void {
    timer?.cancel();
    current = undefined;
    closeUdp(stack.udp, socket);
    socket.port = 0;
  }

  function setoffset(state: Lua): number {
    offset = state.optInteger(1, 0);
    return 0;
  }

  function getoffset(state: Lua): number {
    state.pushNumber(offset);
    return 1;
  }
}
