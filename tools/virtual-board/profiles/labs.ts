import { nodemcu2016 } from './nodemcu-2016.ts';
import { nodemcu30, NODEMCU_TCP } from './nodemcu-3.0.ts';
import type { BoardProfile } from './profile.ts';
import type { TcpProfile } from './tcp-profile.ts';

/**
 * The systems of the other three lab texts (facts: lab, experiments), as far as the texts describe them: the same chip
 * and `net` module with the TCP rules that the text is about. None of them was run; their numbers are the texts'.
 */
function lab(name: string, title: string, tcp: Partial<TcpProfile>): BoardProfile {
  const { quirks } = nodemcu30.net;
  const withoutBugs = { ...quirks, withheldFinAck: false, staleSocket: false, registryCorruption: false };
  return {
    ...nodemcu30,
    name,
    title,
    tcp: { ...NODEMCU_TCP, polling: undefined, admission: undefined, ...tcp },
    net: { ...nodemcu30.net, quirks: { ...withoutBugs, brokenAfterError: false } },
  };
}

/** Text 2: every close of ours parks a pcb for 2 MSL of 60 s, and nothing is ever evicted. Heap and sizes of lab 2. */
export const nutOs: BoardProfile = {
  ...lab('nut-os', 'Nut/OS, 2014: TIME_WAIT of 120 s in a heap of 40 kB, nothing evicted', {
    timeWaitMs: 120_000,
    lastAckMs: 120_000,
    evicts: false,
  }),
  heap: nodemcu2016.heap,
};

const MSS = 1460;

/** Text 3: receive window = buffers x MSS / sockets with 20 buffers and 5 sockets; send window a half of it. */
export const micrium: BoardProfile = lab('micrium', 'Micrium: 20 buffers shared by 5 sockets, windows by the formula', {
  window: 4 * MSS,
  windowUpdateThreshold: MSS,
  sendBuffer: 2 * MSS,
  sendQueue: 4,
});

/** Text 4: uIP keeps no copies; one segment is in flight, and the next waits for its acknowledgement. */
const UIP: Partial<TcpProfile> = {
  window: MSS,
  windowUpdateThreshold: 1,
  sendBuffer: MSS,
  sendQueue: 1,
  nagle: false,
  oneWriteAtATime: true,
};
export const uip: BoardProfile = lab('uip', 'uIP: one segment in flight', UIP);
export const uipSplit: BoardProfile = lab('uip-split', 'uIP with each packet split in two', {
  ...UIP,
  sendQueue: 2,
  splitsToEven: true,
});

/** Text 4: NuttX sends a whole buffer in segments and returns when the last one is acknowledged. */
const NUTTX: Partial<TcpProfile> = { sendBuffer: 8 * MSS, sendQueue: 9, nagle: false, oneWriteAtATime: true };
export const nuttx: BoardProfile = lab(
  'nuttx',
  'NuttX: a send ends with the acknowledgement of its last segment',
  NUTTX,
);
export const nuttxSplit: BoardProfile = lab(
  'nuttx-split',
  'NuttX with every send cut into an even number of segments',
  {
    ...NUTTX,
    splitsToEven: true,
  },
);
export const nuttxWriteBuffers: BoardProfile = lab('nuttx-write-buffers', 'NuttX with write buffering', {
  ...NUTTX,
  nagle: true,
  oneWriteAtATime: false,
});
