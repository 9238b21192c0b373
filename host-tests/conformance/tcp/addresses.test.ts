import { expect, it } from 'vitest';
import { VirtualClock } from '../../../tools/virtual-board/clock.ts';
import { CORRECT_TCP } from '../../../tools/virtual-board/profiles/correct.ts';
import { seededRandom } from '../../../tools/virtual-board/random.ts';
import { parseAddress } from '../../../tools/virtual-board/tcpip/address.ts';
import { Err } from '../../../tools/virtual-board/tcpip/errors.ts';
import type { TcpEvents } from '../../../tools/virtual-board/tcpip/pcb.ts';
import { TcpIp } from '../../../tools/virtual-board/tcpip/stack.ts';
import { encodeFrame } from '../../reference/scenarios/wire-format.ts';

const OWN = parseAddress('192.168.100.99') ?? 0;
const PEER = parseAddress('192.168.100.50') ?? 0;
const SPECIAL = ['255.255.255.255', '192.168.100.255', '224.0.0.1'].map((text) => parseAddress(text) ?? 0);
const MAC = Uint8Array.from([2, 0, 0, 0, 0, 99]);

const ignore: TcpEvents = {
  accepted: () => Err.ok,
  connected: () => Err.ok,
  received: () => Err.ok,
  sent: () => Err.ok,
  failed: () => undefined,
};

/** Frames with which the stack answers a SYN between these addresses: a question for the peer's MAC address. */
function answersToSyn(source: number, destination: number): number {
  let answers = 0;
  const stack = new TcpIp({
    ...{ clock: new VirtualClock(), random: seededRandom(1), mac: MAC, tcp: CORRECT_TCP },
    link: { send: () => (answers += 1), onFrame: () => undefined, close: () => undefined },
  });
  stack.setAddress(OWN, parseAddress('255.255.255.0') ?? 0, 0);
  stack.listen(0, 80, ignore);
  answers = 0;
  const endpoints = { mac: MAC, peerMac: MAC, address: source, peerAddress: destination };
  const syn = { sourcePort: 9, destinationPort: 80, sequence: 1, acknowledgment: 0, flags: 'S', window: 1000 };
  stack.receive(encodeFrame(endpoints, { ...syn, mss: undefined, data: new Uint8Array(0) }, false));
  return answers;
}

it('a SYN between two hosts is answered', () => {
  expect(answersToSyn(PEER, OWN)).toBe(1);
});

it.each(SPECIAL)('a SYN to or from the broadcast or multicast address %i is dropped', (address) => {
  expect(answersToSyn(PEER, address)).toBe(0);
  expect(answersToSyn(address, OWN)).toBe(0);
});

it.each(SPECIAL)('connecting to the broadcast or multicast address %i is refused', (address) => {
  const stack = new TcpIp({
    ...{ clock: new VirtualClock(), random: seededRandom(1), mac: MAC, tcp: CORRECT_TCP },
    link: { send: () => undefined, onFrame: () => undefined, close: () => undefined },
  });
  stack.setAddress(OWN, parseAddress('255.255.255.0') ?? 0, 0);
  const pcb = stack.createPcb(ignore);
  expect(pcb && stack.connect(pcb, address, 80)).toBe(Err.value);
});
