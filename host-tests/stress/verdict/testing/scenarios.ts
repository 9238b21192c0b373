import type { VerdictName } from '../verdict.ts';
import { ACK, FIN, PSH, RST, SYN } from '../segment.ts';
import type { Trace } from './trace.ts';

const FIN_ACK = FIN | ACK;
const RST_ACK = RST | ACK;

/** When Linux sends an unacknowledged FIN again, milliseconds after the first (measured). */
const FIN_AGAIN = [210, 650, 1500, 3100, 6500, 13_000, 26_000, 53_000];

const served = (trace: Trace): Trace => trace.open().request().response();

const deviceCloses = (trace: Trace): Trace => trace.wait(trace.number(0, 30)).put('device', FIN_ACK).wait(0.1);

function finsAgain(trace: Trace, count: number, each: () => void): void {
  const first = trace.now;
  for (const at of FIN_AGAIN.slice(0, count)) {
    trace.wait(first + at - trace.now).again('client');
    each();
  }
}

/** One generator per verdict that a wire can show. Returns when observation ends, milliseconds. */
export const scenarios: Partial<Record<VerdictName, (trace: Trace) => number>> = {
  'client-first-clean': (trace) => {
    served(trace).put('client', FIN_ACK).trip().put('device', ACK).wait(trace.number(0, 40)).put('device', FIN_ACK);
    return trace.wait(0.1).put('client', ACK).now + 2000;
  },
  'device-first-clean': (trace) => {
    deviceCloses(served(trace));
    if (trace.chance(0.3)) trace.put('client', ACK).wait(trace.number(1, 400));
    return trace.put('client', FIN_ACK).trip().put('device', ACK).now + 2000;
  },
  simultaneous: (trace) => {
    served(trace);
    // Built by hand: neither FIN acknowledges the other.
    trace.put('client', FIN_ACK).wait(0.1);
    trace.put('device', FIN_ACK);
    const mine = trace.segments.findLast(({ from, flags }) => from === 'device' && flags & FIN);
    for (const segment of trace.segments)
      if (mine && segment.from === 'device' && segment.flags & FIN) segment.ack = (segment.ack - 1) >>> 0;
    return trace.put('client', ACK).trip().put('device', ACK).now + 2000;
  },
  'client-reset': (trace) => served(trace).wait(1).put('client', RST_ACK).now + 2000,
  'withheld-fin-ack': (trace) => {
    deviceCloses(served(trace)).put('client', FIN_ACK).wait(207).again('client').trip().put('device', ACK);
    return trace.now + 2000;
  },
  duel: (trace) => {
    deviceCloses(served(trace)).put('client', FIN_ACK);
    trace.trip().put('device', RST_ACK, 0, 1);
    trace.wait(0.05).put('client', ACK).trip().put('device', RST_ACK, 0, 1);
    finsAgain(trace, trace.number(1, FIN_AGAIN.length), () => {
      // Loss on the way takes some of the RSTs, never the first two above.
      if (trace.chance(0.9)) trace.trip().put('device', RST_ACK, 0, 1);
      if (trace.chance(0.9)) trace.wait(0.05).put('client', ACK);
      if (trace.chance(0.9)) trace.trip().put('device', RST_ACK, 0, 1);
    });
    return trace.now + trace.number(0, 5000);
  },
  'silent-fin': (trace) => {
    if (trace.chance(0.5)) deviceCloses(served(trace));
    else served(trace);
    trace.put('client', FIN_ACK);
    finsAgain(trace, trace.number(2, FIN_AGAIN.length), () => undefined);
    return trace.now + 700;
  },
  'half-open': (trace) => {
    if (trace.chance(0.5)) served(trace).put('client', FIN_ACK).trip().put('device', ACK);
    else deviceCloses(served(trace)).put('client', ACK);
    return trace.now + trace.number(5000, 20_000);
  },
  'rst-before-data': (trace) => trace.open().request().trip().put('device', RST_ACK).now + 2000,
  'rst-after-data': (trace) => {
    served(trace);
    if (trace.chance(0.5)) return trace.wait(trace.number(0, 100)).put('device', RST_ACK).now + 2000;
    return deviceCloses(trace).put('client', FIN_ACK).trip().put('device', RST_ACK).now + 2000;
  },
  'rst-on-late-data': (trace) => {
    deviceCloses(served(trace)).put('client', ACK).wait(trace.number(1, 500));
    return (
      trace
        .put('client', ACK | PSH, trace.number(1, 1000))
        .trip()
        .put('device', RST_ACK).now + 2000
    );
  },
  'syn-dropped': (trace) => {
    trace.put('client', SYN);
    for (const gap of [1000, 2000, 4000].slice(0, trace.number(1, 3))) trace.wait(gap).again('client');
    if (trace.chance(0.5)) return trace.now + 1000;
    trace
      .trip()
      .put('device', SYN | ACK)
      .wait(0.05)
      .put('client', ACK)
      .request()
      .response();
    trace.put('client', FIN_ACK).trip().put('device', FIN_ACK).wait(0.1).put('client', ACK);
    return trace.now + 2000;
  },
  'port-reuse-stall': (trace) => {
    trace.put('client', SYN);
    const rounds = trace.number(1, 4);
    const staleAck = (): void => {
      trace.trip().put('device', ACK, 0, 12_345);
      for (const segment of trace.segments) if (segment.from === 'device') segment.ack = (segment.ack - 99_999) >>> 0;
      trace.wait(0.05).put('client', RST, 0, -99_999);
    };
    for (let round = 0; round < rounds; round++) {
      staleAck();
      trace.wait(1000 * 2 ** round).again('client');
    }
    if (trace.chance(0.3)) return trace.now + 1000;
    trace
      .trip()
      .put('device', SYN | ACK)
      .wait(0.05)
      .put('client', ACK)
      .request()
      .response();
    trace.put('client', FIN_ACK).trip().put('device', FIN_ACK).wait(0.1).put('client', ACK);
    return trace.now + 2000;
  },
  refused: (trace) => trace.put('client', SYN).trip().put('device', RST_ACK).now + 2000,
  'no-reply': (trace) => {
    trace.open().request().trip();
    if (trace.chance(0.5)) deviceCloses(trace).put('client', FIN_ACK).trip().put('device', ACK);
    else trace.put('device', ACK).wait(9000).put('client', FIN_ACK).trip().put('device', ACK);
    return trace.now + 2000;
  },
  timeout: (trace) => {
    trace.open().request();
    for (const gap of [210, 430, 900, 1700]) trace.wait(gap).again('client');
    trace.put('client', FIN_ACK);
    return trace.now + 3000;
  },
};
