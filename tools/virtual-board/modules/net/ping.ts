import { formatAddress, type Ipv4Address } from '../../tcpip/address.ts';
import { Err } from '../../tcpip/errors.ts';
import { sendEcho } from '../../tcpip/icmp.ts';
import { LuaError } from '../../lua/errors.ts';
import { NO_REF, type Lua, type LuaFunction } from '../../lua/lua.ts';
import type { NetContext } from './context.ts';

/** app/lwip/app/ping.c: what is sent when nothing is said, and how long an answer may take. */
const DEFAULT_COUNT = 4;
const INTERVAL_MS = 1000;
const DATA_LENGTH = 32;

interface Ping {
  readonly target: Ipv4Address;
  readonly count: number;
  readonly onReceived: number;
  readonly onSent: number;
  readonly startedAt: number;
  sequence: number;
  sentAt: number;
  isAnswered: boolean;
  lost: number;
  bytes: number;
}

/** net.ping(host, [count], received, [sent]) */
export function pingFunction(context: NetContext): LuaFunction {
  const { host, lua, stack, dns } = context;
  const { clock } = stack.netif;
  let identifier = 0;

  return (state: Lua): number => {
    const name = state.checkString(1);
    const hasCount = !state.isFunction(2);
    const count = hasCount ? state.optInteger(2, 0) : 0;
    const received = hasCount ? 3 : 2;
    state.setTop(received + 1);
    if (!state.isFunction(received)) state.argError(received, 'no received callback specified');
    if (!state.isFunction(received + 1) && !state.isNoneOrNil(received + 1)) {
      state.argError(received + 1, 'invalid sent callback, function expected');
    }
    const [onReceived, onSent] = [keep(state, received), keep(state, received + 1)];
    const begin = (target: Ipv4Address | undefined): void => {
      start(target, count > 0 ? count : DEFAULT_COUNT, onReceived, onSent);
    };
    const result = dns.resolve(name, begin);
    if (typeof result === 'object') begin(result.address);
    else if (result !== Err.inProgress) throw new LuaError(`lwip error ${result}`);
    return 0;
  };

  function keep(state: Lua, index: number): number {
    if (!state.isFunction(index)) return NO_REF;
    state.pushValue(index);
    return state.ref();
  }

  function start(target: Ipv4Address | undefined, count: number, onReceived: number, onSent: number): void {
    if (target === undefined) {
      report(onReceived, [0]);
      lua.unref(onReceived);
      lua.unref(onSent);
      return;
    }
    const startedAt = clock.now();
    const progress = { sequence: 0, sentAt: 0, isAnswered: true, lost: 0, bytes: 0 };
    const ping: Ping = { target, count, onReceived, onSent, startedAt, ...progress };
    identifier = (identifier + 1) & 0xffff;
    listen(ping, identifier);
    sendNext(ping, identifier);
  }

  function listen(ping: Ping, own: number): void {
    stack.netif.onEchoReply = (reply) => {
      if (reply.identifier !== own || reply.sequence !== ping.sequence || ping.isAnswered) return;
      ping.isAnswered = true;
      ping.bytes += reply.bytes;
      const took = Math.round(clock.now() - ping.sentAt);
      report(ping.onReceived, [reply.bytes, formatAddress(ping.target), ping.sequence, took]);
    };
  }

  function sendNext(ping: Ping, own: number): void {
    if (!ping.isAnswered) {
      ping.lost++;
      report(ping.onReceived, [0, formatAddress(ping.target), ping.sequence, -1]);
    }
    if (ping.sequence === ping.count) {
      finish(ping);
      return;
    }
    ping.sequence++;
    ping.isAnswered = false;
    ping.sentAt = clock.now();
    sendEcho(stack.netif, ping.target, own, ping.sequence, DATA_LENGTH);
    clock.after(INTERVAL_MS, () => {
      sendNext(ping, own);
    });
  }

  function finish(ping: Ping): void {
    const took = Math.round(clock.now() - ping.startedAt);
    if (ping.onSent !== NO_REF)
      report(ping.onSent, [formatAddress(ping.target), ping.count, ping.lost, ping.bytes, took]);
    lua.unref(ping.onReceived);
    lua.unref(ping.onSent);
  }

  function report(callback: number, values: readonly (number | string)[]): void {
    lua.pushRef(callback);
    for (const value of values) {
      if (typeof value === 'number') lua.pushNumber(value);
      else lua.pushString(value);
    }
    host.pcallx(values.length, 0);
  }
}
