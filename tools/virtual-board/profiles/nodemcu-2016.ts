import { nodemcu30, NODEMCU_TCP } from './nodemcu-3.0.ts';
import type { BoardProfile } from './profile.ts';
import type { TcpProfile } from './tcp-profile.ts';

/**
 * lwIP 1.4.0 under espconn, NodeMCU master 98d3b46 of 2016-08 (SDK 1.5.4.1), the system of the duel. "Run" and "read" as
 * in nodemcu-3.0.ts; figures of facts/duel: sources executed on a host against Linux 6.18.
 */
const TCP_2016: TcpProfile = {
  ...NODEMCU_TCP,
  // Run: a FIN without an answer goes out again at 0.75, 2.3, 5.3, 11, 24, 48, 97 s. Slow ticks of 250 ms would give
  // 95.25 s; all figures together want one of 253.3 to 254.8 ms: each round of 125 ms ends 1.6 to 2.4 late.
  polling: { periodMs: 1, jitterMs: 2.2, earlyShare: 0 },
  // Read: TCP_MSL 60000 in tcp_impl.h; 5 s since 2017-03.
  timeWaitMs: 120_000,
  lastAckMs: 120_000,
  keepAliveProbes: 9,
  // Read: tcp_nagle_disable in espconn_tcp_accept.
  nagle: false,
  // Read: tcp_listen_input counts active pcbs in any state.
  admission: { limit: 5, counts: 'active' },
  quirks: {
    ...NODEMCU_TCP.quirks,
    // Defect B, lwIP bug 34111: sequence number one too high.
    strayResetOffset: 1,
  },
};

export const nodemcu2016: BoardProfile = {
  ...nodemcu30,
  name: 'nodemcu-2016',
  release: '1.5.4.1 built for a virtual board build 98d3b46 powered by Lua 5.1.4 on SDK 1.5.4.1',
  title: 'ESP8266 with NodeMCU of August 2016, SDK 1.5.4.1, espconn on lwIP 1.4.0: the system of the duel',
  tcp: TCP_2016,
  net: {
    api: 'espconn',
    // An accepted connection takes 368 bytes, 184 of them its pcb.
    connectionSize: 176,
    quirks: {
      withheldFinAck: false,
      staleSocket: false,
      registryCorruption: false,
      brokenAfterError: false,
      // Read: espconn_kill_oldest_pcb with MEMP_NUM_TCP_PCB = 5.
      killsOldestAt: 5,
      sharedDnsId: true,
      ignoresDnsErrors: true,
      killsClosing: true,
    },
  },
  heap: {
    ...nodemcu30.heap,
    // Lab 2 began with 40 000 bytes free.
    arena: 40_000 + nodemcu30.heap.luaAtBoot,
    // TIME_WAIT takes 184 bytes, 176 of them the pcb.
    blockOverhead: 8,
  },
};
