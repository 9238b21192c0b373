import type { BoardProfile } from './profile.ts';
import type { TcpProfile } from './tcp-profile.ts';

/**
 * lwIP 1.4.0 as NodeMCU 3.0.0-release_20240225 ships it. "Run" figures come from the firmware's own C code executed on
 * a host (host-tests/reference); "read" ones from app/include/lwipopts.h, app/include/lwip/tcp_impl.h, app/lwip/core.
 */
export const NODEMCU_TCP: TcpProfile = {
  // Read: TCP_MSS; run: 536 for a peer without the option.
  mss: 1460,
  defaultMss: 536,
  // Run: 4 x MSS announced in every SYN+ACK.
  window: 5840,
  // Read: TCP_WND_UPDATE_THRESHOLD = TCP_WND / 4.
  windowUpdateThreshold: 1460,
  // Read: TCP_SND_BUF, TCP_SND_QUEUELEN.
  sendBuffer: 2920,
  sendQueue: 8,
  // Read: TCP_TMR_INTERVAL. Run: polled every 25 ms, 275 to 305 ms for a slow tick of nominally 250 ms.
  fastTickMs: 125,
  polling: { periodMs: 25, jitterMs: 2.5, earlyShare: 0.02 },
  // Read: TIME_WAIT and LAST_ACK both last 2 x TCP_MSL (5000).
  timeWaitMs: 10_000,
  lastAckMs: 10_000,
  // Read: TCP_FIN_WAIT_TIMEOUT, TCP_SYN_RCVD_TIMEOUT.
  finWait2Ms: 20_000,
  synReceivedMs: 20_000,
  // Read: tcp_alloc. Run: 1 s, then 0.75, 1.5, 3 s ...
  initialRtoMs: 1000,
  minimumRtoMs: 0,
  // Read: TCP_MAXRTX, TCP_SYNMAXRTX defaults; run: 12 and 6.
  retries: 12,
  synRetries: 6,
  // Read: tcp_backoff, tcp_persist_backoff in app/lwip/core/tcp.c.
  backoff: [1, 2, 3, 4, 5, 6, 7],
  persistTicks: [3, 6, 12, 24, 48, 96, 120],
  // Read: TCP_KEEPIDLE_DEFAULT, TCP_KEEPINTVL_DEFAULT; the net module asks for one probe (app/modules/net.c).
  keepAliveIdleMs: 120_000,
  keepAliveIntervalMs: 10_000,
  keepAliveProbes: 1,
  // Read: TCP_OOSEQ_TIMEOUT.
  outOfOrderTimeouts: 6,
  quickAcks: 0,
  nagle: true,
  splitsToEven: false,
  oneWriteAtATime: false,
  // Read: tcp_alloc.
  evicts: true,
  // Run: a SYN is dropped while exactly five connections are ESTABLISHED.
  admission: { limit: 5, counts: 'established' },
  initialSequence: 'ticks',
  // Read: TCP_LOCAL_PORT_RANGE_START and _END.
  localPorts: [1024, 0x7ffe],
  quirks: {
    inexactResetKills: true,
    timeWaitRefusesSyn: true,
    ignoresAckOfUnsent: true,
    neverSplitsSegment: true,
    ignoresShrinkingWindow: true,
    resetAlwaysAcknowledges: true,
    // Mended in NodeMCU in 2018-02.
    strayResetOffset: 0,
    answersResets: true,
    // Read: tcp_send_fin, tcp_process, tcp_receive.
    nagleHoldsFin: true,
    synSentTakesBareReset: true,
    keepsEarlyBeyondWindow: true,
    takesAnyAckForFins: true,
    forgetsDataWithFin: true,
    timesSynUntilData: true,
    closedSideStopsClock: true,
    noSimultaneousOpen: true,
    probesWithWrongByte: true,
    connectsToMany: true,
    givesUpEarly: true,
    synWithoutBackoff: true,
  },
};

export const nodemcu30: BoardProfile = {
  name: 'nodemcu-3.0',
  release: '3.0.0.0 built for a virtual board build 20240225 powered by Lua 5.1.4 on SDK 3.0.1-dev(fce080e)',
  title: 'ESP8266 with NodeMCU 3.0.0-release_20240225, Lua 5.1, lwIP 1.4.0',
  tcp: NODEMCU_TCP,
  net: {
    api: 'lwip',
    connectionSize: 0,
    quirks: {
      withheldFinAck: true,
      staleSocket: true,
      registryCorruption: true,
      brokenAfterError: true,
      killsOldestAt: 0,
      // Read: dns_send, dns_recv in app/lwip/core/dns.c.
      sharedDnsId: true,
      ignoresDnsErrors: true,
      killsClosing: false,
    },
  },
  heap: {
    // host-tests/reference: the arena of the recordings, and what it has lost before init.lua: so chosen that node.heap()
    // at the end of the scenarios is the recorded one (median; most are within 100 bytes).
    arena: 52_000,
    luaAtBoot: 6_490,
    // heap.json: each block costs its size + 16, rounded up to 8.
    blockOverhead: 16,
    blockAlign: 8,
    // heap.json, allocator: no block is split when 32 bytes or fewer would remain.
    leastSplit: 32,
    // heap.json, exactBlocks: 176, 20 and 1572 bytes with 1460 of data.
    pcb: 176,
    listener: 36,
    segment: 20,
    packetBuffer: 112,
  },
  speed: {
    // Estimate, never measured on silicon: 80 MHz and a few hundred cycles per instruction from cached flash.
    instructionUs: 3,
    // Estimate, never measured on silicon.
    callbackUs: 100,
    // Estimates, never measured on silicon: a ping over a quiet network takes 2 to 3 ms, bulk data comes at 10 to 20
    // Mbit/s, and the driver holds about 8 received frames.
    radio: { latencyMs: 1, megabitsPerSecond: 20, receiveRing: 8 },
  },
};
