import { expect, it } from 'vitest';
import { readCapture } from './capture-reader.ts';
import { interfaceBlock, packetBlock, sectionHeader } from './pcapng.ts';

const frame = Buffer.from('last-ack, 21 bytes ..');

it('reads back what the writer wrote, a block that was cut off left out', () => {
  const whole = Buffer.concat([
    sectionHeader('about'),
    interfaceBlock('board', "the board's side"),
    packetBlock({ interfaceId: 0, timeMs: 1_700_000_000_000.25, frame, direction: 'in', comment: 'ö' }),
    packetBlock({ interfaceId: 0, timeMs: 1_700_000_000_001, frame: frame.subarray(1), direction: 'out' }),
  ]);
  const expected = {
    interfaces: [{ name: 'board', linkType: 1 }],
    packets: [
      { interfaceId: 0, timeMs: 1_700_000_000_000.25, frame: Uint8Array.from(frame), direction: 'in', comment: 'ö' },
      { interfaceId: 0, timeMs: 1_700_000_000_001, frame: Uint8Array.from(frame.subarray(1)), direction: 'out' },
    ],
  };
  const read = readCapture(whole);
  expect({
    ...read,
    packets: read.packets.map((packet) => ({ ...packet, frame: Uint8Array.from(packet.frame) })),
  }).toEqual(expected);
  expect(readCapture(whole.subarray(0, -1)).packets).toHaveLength(1);
});

it.each([
  ['big', 1000, 'a1b2c3d4'],
  ['big', 1_000_000, 'a1b23c4d'],
  ['little', 1000, 'd4c3b2a1'],
  ['little', 1_000_000, '4d3cb2a1'],
])('reads pcap files with %s-endian headers and %d units a millisecond', (order, unitsPerMs, magic) => {
  const bytes = new DataView(new ArrayBuffer(24 + 16 + frame.length));
  const littleEndian = order === 'little';
  new Uint8Array(bytes.buffer).set(Buffer.from(magic, 'hex'));
  bytes.setUint32(20, 1, littleEndian);
  bytes.setUint32(24, 1_700_000_000, littleEndian);
  bytes.setUint32(28, 2.5 * unitsPerMs, littleEndian);
  bytes.setUint32(32, frame.length, littleEndian);
  new Uint8Array(bytes.buffer).set(frame, 40);
  const { interfaces, packets } = readCapture(new Uint8Array(bytes.buffer));
  expect(interfaces).toEqual([{ name: '', linkType: 1 }]);
  expect(packets[0]?.timeMs).toBe(1_700_000_000_002.5);
  expect(Buffer.from(packets[0]?.frame ?? []).equals(frame)).toBe(true);
});

it('refuses what is no capture', () => {
  expect(() => readCapture(Buffer.from('GET / HTTP/1.1\r\nHost: example\r\n\r\n'))).toThrow('neither pcapng nor pcap');
  expect(() => readCapture(Buffer.alloc(0))).toThrow('neither pcapng nor pcap');
});
