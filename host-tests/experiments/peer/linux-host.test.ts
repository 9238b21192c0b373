import { expect, test } from 'vitest';
import { VirtualClock } from '../../../tools/virtual-board/clock.ts';
import { CORRECT_TCP } from '../../../tools/virtual-board/profiles/correct.ts';
import { seededRandom } from '../../../tools/virtual-board/random.ts';
import { parseAddress } from '../../../tools/virtual-board/tcpip/address.ts';
import { sendSegment } from '../../../tools/virtual-board/tcpip/tcp-header.ts';
import { createInterface } from '../../../tools/virtual-board/tcpip/interface.ts';
import { TcpIp } from '../../../tools/virtual-board/tcpip/stack.ts';
import { Err } from '../../../tools/virtual-board/tcpip/errors.ts';
import type { Pcb } from '../../../tools/virtual-board/tcpip/pcb.ts';
import { createWire } from '../../../tools/virtual-board/wire/wire.ts';
import { readTcpFrame, type TcpFrame } from '../../stress/verdict/frame.ts';
import { ACK, FIN, RST, SYN } from '../../stress/verdict/segment.ts';
import { BOARD, LAPTOP, LinuxHost } from './linux-host.ts';
import type { LinuxConnection } from './linux-connection.ts';

const MAC = Uint8Array.from([2, 0, 0, 0, 0, 99]);
const MASK = parseAddress('255.255.255.0') ?? 0;

/** A laptop at one end of a wire; what it sends is recorded at the other, where a test answers by hand. */
function bench() {
  const clock = new VirtualClock();
  const [deviceEnd, laptopEnd] = createWire(clock);
  const laptop = new LinuxHost({ clock, random: seededRandom(1), link: laptopEnd });
  const device = createInterface({ clock, random: seededRandom(2), link: deviceEnd, mac: MAC, ttl: 255 });
  Object.assign(device, { address: BOARD, netmask: MASK });
  const sent: (TcpFrame & { t: number })[] = [];
  const answerArp = new TcpIp({ clock, random: seededRandom(3), link: deviceEnd, mac: MAC, tcp: CORRECT_TCP });
  answerArp.setAddress(BOARD, MASK, 0);
  deviceEnd.onFrame((frame) => {
    const segment = readTcpFrame(frame);
    if (segment) sent.push({ ...segment, t: clock.now() });
    else answerArp.receive(frame);
  });
  const reply = (flags: number, sequence: number, acknowledgment: number): void =>
    sendSegment(answerArp.netif, {
      source: BOARD,
      destination: LAPTOP,
      sourcePort: 80,
      destinationPort: sent[0]?.sourcePort ?? 0,
      sequence,
      acknowledgment,
      flags,
      window: 5840,
      mss: undefined,
      data: undefined,
      ttl: 255,
    });
  const ends: string[] = [];
  const connect = (): LinuxConnection =>
    laptop.connect(80, {
      opened: () => undefined,
      received: () => undefined,
      ended: (connection) => connection.close(),
      gone: (_connection, why) => ends.push(why),
    });
  return { clock, laptop, sent, reply, connect, ends };
}

/** Brings a connection to LAST_ACK: the device has closed, the laptop has answered with its FIN. */
function lastAck() {
  const lab = bench();
  const connection = lab.connect();
  lab.clock.runUntil(1);
  const start = lab.sent[0]?.seq ?? 0;
  lab.reply(SYN | ACK, 1000, start + 1);
  lab.clock.runUntil(2);
  lab.reply(FIN | ACK, 1001, start + 1);
  lab.clock.runUntil(3);
  return { ...lab, connection, start };
}

test('a SYN without an answer is sent again after 1, 3 and 7 s', () => {
  const { clock, connect, sent } = bench();
  connect();
  clock.runUntil(8000);
  expect(sent.map(({ t }) => Math.round(t / 100) * 100)).toEqual([0, 1000, 3000, 7000]);
});

test('the FIN of the device is acknowledged with a FIN of its own in one segment', () => {
  const { sent, start, connection } = lastAck();
  expect(sent.at(-1)).toMatchObject({ flags: FIN | ACK, seq: (start + 1) >>> 0, ack: 1002 });
  expect(connection.state).toBe('LAST_ACK');
});

test('a FIN without an answer is sent again eight times and given up after 108 s', () => {
  const { clock, sent, ends } = lastAck();
  clock.runUntil(107_000);
  expect(sent.filter(({ flags }) => flags & FIN)).toHaveLength(9);
  expect(ends).toEqual([]);
  clock.runUntil(109_000);
  expect(ends).toEqual(['gave-up']);
});

test('a RST with a sequence number one too high draws a challenge ACK, at most two in a second', () => {
  const { clock, sent, reply, start, connection } = lastAck();
  const before = sent.length;
  for (let at = 10; at < 1000; at += 20) clock.after(at, () => reply(RST | ACK, 1003, (start + 2) >>> 0));
  clock.runUntil(1000);
  expect(sent.slice(before).filter(({ flags }) => !(flags & FIN))).toHaveLength(2);
  expect(connection).toMatchObject({ state: 'LAST_ACK', challenges: 2 });
});

test('a RST with the exact sequence number ends the connection', () => {
  const { clock, reply, start, ends } = lastAck();
  reply(RST | ACK, 1002, (start + 2) >>> 0);
  clock.runUntil(10);
  expect(ends).toEqual(['reset']);
});

test('against a correct stack a whole exchange ends in order, whoever closes', () => {
  for (const closesFirst of ['laptop', 'device']) {
    const clock = new VirtualClock();
    const [deviceEnd, laptopEnd] = createWire(clock);
    const device = new TcpIp({ clock, random: seededRandom(4), link: deviceEnd, mac: MAC, tcp: CORRECT_TCP });
    device.setAddress(BOARD, MASK, 0);
    device.listen(0, 80, {
      accepted: () => Err.ok,
      connected: () => Err.ok,
      received: (pcb: Pcb, chunks) => {
        if (!chunks) device.close(pcb);
        else {
          device.recved(pcb, 5);
          device.write(pcb, new TextEncoder().encode('world'));
          device.output(pcb);
          if (closesFirst === 'device') device.close(pcb);
        }
        return Err.ok;
      },
      sent: () => Err.ok,
      failed: () => undefined,
    });
    const laptop = new LinuxHost({ clock, random: seededRandom(5), link: laptopEnd });
    const log: string[] = [];
    laptop.connect(80, {
      opened: (connection) => connection.write(new TextEncoder().encode('hello')),
      received: (connection, data) => {
        log.push(new TextDecoder().decode(data));
        if (closesFirst === 'laptop') connection.close();
      },
      ended: (connection) => connection.close(),
      gone: (_connection, why) => log.push(why),
    });
    clock.runUntil(2000);
    expect(log, closesFirst).toEqual(['world', 'closed']);
  }
});
