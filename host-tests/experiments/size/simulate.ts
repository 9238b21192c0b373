import { findProfile } from '../../../tools/virtual-board/profiles/index.ts';
import { observeReceive } from '../stack/receive.ts';
import { observeSend } from '../stack/send.ts';
import type { Advice, SendPlan } from './windows.ts';

/** What the plan's windows do on the virtual board's TCP: 1 ms of CPU for each frame, a round trip of 1 ms, segments of 1460 B. */
export interface Simulated {
  /** kB/s taken by the application, and segments that found no buffer. */
  receiveRate: number;
  drops: number;
  /** kB/s that arrived at the peers, and ACKs that found no buffer. */
  sendRate: number;
  lostAcks: number;
}

const MSS = 1460;
const DURATION_MS = 1000;

/** Windows are whole segments: what is beyond them is no use to a sender that avoids silly windows. */
export function simulate(
  { buffers, sockets, delayedAck }: SendPlan,
  { receiveSegments, sendSegments }: Pick<Advice, 'receiveSegments' | 'sendSegments'>,
): Simulated {
  const { tcp } = findProfile('micrium');
  const received = observeReceive(
    tcp,
    {
      kind: 'receive',
      ...{ senders: sockets, buffers, windowMss: receiveSegments },
      ...{ bufferMs: 1, roundTripMs: 1, durationMs: DURATION_MS },
    },
    1,
    () => undefined,
  );
  const sent = observeSend(
    tcp,
    {
      kind: 'send',
      ...{ sockets, buffers, window: sendSegments * MSS, delayedAck },
      ...{ frameMs: 1, durationMs: DURATION_MS },
    },
    1,
    () => undefined,
  );
  return {
    receiveRate: received.measures.rate ?? 0,
    drops: received.measures.drops ?? 0,
    sendRate: sent.measures.rate ?? 0,
    lostAcks: sent.measures.lostAcks ?? 0,
  };
}
