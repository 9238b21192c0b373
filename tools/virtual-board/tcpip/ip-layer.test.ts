import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock.ts';
import { NODEMCU_TCP } from '../profiles/nodemcu-3.0.ts';
import { seededRandom } from '../random.ts';
import { parseAddress, parseLooseAddress } from './address.ts';
import { foldSum, sumWords } from './checksum.ts';
import { read16, read32, write16, write32 } from './octets.ts';
import { TcpIp } from './stack.ts';
import { bindUdp, createUdpSocket, sendUdp } from './udp.ts';

const OWN = parseAddress('192.168.100.99') as number;
const PEER = parseAddress('192.168.100.50') as number;
const NETMASK = parseAddress('255.255.255.0') as number;
const MAC = Uint8Array.from([2, 0, 0, 0, 0, 99]);
const PEER_MAC = Uint8Array.from([2, 0, 0, 0, 0, 50]);
const [ARP, IPV4] = [0x0806, 0x0800];
const [REQUEST, REPLY] = [1, 2];

/** A stack and what it has sent. */
function station() {
  const clock = new VirtualClock();
  const sent: Uint8Array[] = [];
  const link = { send: (frame: Uint8Array) => void sent.push(frame), onFrame: () => undefined, close: () => undefined };
  const stack = new TcpIp({ clock, random: seededRandom(1), mac: MAC, tcp: NODEMCU_TCP, link });
  stack.setAddress(OWN, NETMASK, 0);
  sent.length = 0;
  const types = (): string[] => sent.splice(0).map((frame) => (read16(frame, 12) === ARP ? 'arp' : 'ip'));
  return { clock, stack, sent, types };
}

function arp(operation: number, sender: number, target: number): Uint8Array {
  const frame = new Uint8Array(42);
  frame.set(MAC, 0);
  frame.set(PEER_MAC, 6);
  write16(frame, 12, ARP);
  frame.set([0, 1, 8, 0, 6, 4, 0, operation], 14);
  frame.set(PEER_MAC, 22);
  write32(frame, 28, sender);
  write32(frame, 38, target);
  return frame;
}

function ipv4(protocol: number, payload: readonly number[], options: readonly number[] = []): Uint8Array {
  const header = 20 + options.length;
  const frame = new Uint8Array(14 + header + payload.length);
  frame.set(MAC, 0);
  frame.set(PEER_MAC, 6);
  write16(frame, 12, IPV4);
  frame[14] = 0x40 | (header / 4);
  write16(frame, 16, header + payload.length);
  write16(frame, 18, 0x1234);
  frame[22] = 64;
  frame[23] = protocol;
  write32(frame, 26, PEER);
  write32(frame, 30, OWN);
  frame.set(options, 34);
  frame.set(payload, 14 + header);
  write16(frame, 24, foldSum(sumWords(frame, 14, 14 + header, 0)));
  return frame;
}

/** An echo request; the checksum of 8, 0 and zeros. */
const ECHO = [8, 0, 0xf7, 0xff, 0, 0, 0, 0];

describe('ARP', () => {
  it('asks with every packet that waits, and sends the newest three when the answer comes', () => {
    const { stack, sent, types } = station();
    const socket = createUdpSocket(stack.udp, () => undefined);
    bindUdp(stack.udp, socket, 0, 0);
    for (let size = 1; size <= 5; size++) sendUdp(stack.udp, socket, PEER, 9, new Uint8Array(size));
    expect(types()).toEqual(['arp', 'arp', 'arp', 'arp', 'arp']);
    stack.receive(arp(REPLY, PEER, OWN));
    expect(sent.map((frame) => read16(frame, 16) - 28)).toEqual([3, 4, 5]);
  });

  it('does not learn from packets, only from ARP; but a packet is a sign of life', () => {
    const { stack, types } = station();
    stack.receive(ipv4(1, ECHO));
    expect(types()).toEqual(['arp']);
    stack.receive(ipv4(1, ECHO));
    expect(types()).toEqual(['ip', 'ip']);
  });

  it('learns from a request for our own address only', () => {
    const { stack, types } = station();
    stack.receive(arp(REQUEST, PEER, OWN + 1));
    stack.receive(ipv4(1, ECHO));
    expect(types()).toEqual(['arp']);
  });

  it('asks again for a neighbour in use before its 20 minutes are over, and forgets a silent one', () => {
    const { clock, stack, types } = station();
    const socket = createUdpSocket(stack.udp, () => undefined);
    const say = (): void => void sendUdp(stack.udp, socket, PEER, 9, new Uint8Array(1));
    stack.receive(arp(REPLY, PEER, OWN));
    const MINUTE = 60_000;
    clock.runUntil(18 * MINUTE);
    say();
    expect(types()).toEqual(['ip']);
    clock.runUntil(19 * MINUTE + 1000);
    say();
    say();
    expect(types()).toEqual(['arp', 'ip', 'ip']);
    clock.runUntil(20 * MINUTE);
    say();
    expect(types()).toEqual(['arp']);
  });
});

describe('ICMP', () => {
  it('turns an echo request round, with identification and flags', () => {
    const { stack, sent } = station();
    stack.receive(arp(REPLY, PEER, OWN));
    stack.receive(ipv4(1, ECHO));
    const [reply = new Uint8Array(42)] = sent;
    expect([read16(reply, 18), reply[22], read32(reply, 26), read32(reply, 30), reply[34]]).toEqual([
      ...[0x1234, 255, OWN, PEER, 0],
    ]);
    expect(foldSum(sumWords(reply, 14, 34, 0))).toBe(0);
    expect(foldSum(sumWords(reply, 34, reply.length, 0))).toBe(0);
  });

  it('tells who speaks an unknown protocol', () => {
    const { stack, sent } = station();
    stack.receive(arp(REPLY, PEER, OWN));
    stack.receive(ipv4(47, [1, 2, 3, 4, 5, 6, 7, 8]));
    expect(sent.map((frame) => [frame[34], frame[35], frame.length - 42])).toEqual([[3, 2, 28]]);
    sent.length = 0;
    stack.receive(ipv4(2, [1, 2, 3, 4, 5, 6, 7, 8]));
    expect(sent).toEqual([]);
  });
});

it('without an address only the DHCP server is heard', () => {
  const { stack, sent } = station();
  stack.receive(arp(REPLY, PEER, OWN));
  stack.setAddress(0, 0, 0);
  stack.receive(ipv4(1, ECHO));
  expect(sent).toEqual([]);
});

it.each([
  ['192.168.100.99', OWN],
  ['0xc0.0250.25699', OWN],
  ['3232261219', OWN],
  ['1', 1],
  ['1.2', 0x01000002],
  ['255.255.255.255 and more', -1],
  ['256.1.1.1', undefined],
  ['1.2.3.4.5', undefined],
  ['1.2.3.', undefined],
  ['', undefined],
  ['board', undefined],
])('reads %j as lwIP does', (text, address) => {
  expect(parseLooseAddress(text)).toBe(address);
});
