import { expect, test } from 'vitest';
import { ACK, FIN, SYN, type Segment } from './segment.ts';
import { NOWHERE, SegmentStore } from './segment-store.ts';

const segment = (over: Partial<Segment>): Segment => ({
  ...{ t: 1_700_000_000_000.125, from: 'client', flags: SYN, seq: 0, ack: 0, win: 65_535, len: 0 },
  ...over,
});

/** Adds a chain; returns its first and last place. */
function addAll(store: SegmentStore, segments: readonly Segment[]): [first: number, last: number] {
  const places: number[] = [];
  for (const one of segments) places.push(store.add(one, places.at(-1) ?? NOWHERE));
  return [places[0] ?? NOWHERE, places.at(-1) ?? NOWHERE];
}

test('what comes out is what went in, to the last bit', () => {
  const store = new SegmentStore();
  const segments = [
    segment({ seq: 0xffff_ffff }),
    segment({ from: 'device', flags: SYN | ACK, seq: 0x8000_0000, ack: 1 }),
    segment({ t: 1_700_000_000_000.5, flags: FIN | ACK, len: 1460 }),
  ];
  expect(store.read(addAll(store, segments)[0])).toEqual(segments);
  expect(store.read(NOWHERE)).toEqual([]);
});

test('chains that grow in turn stay apart, and outgrow the first block', () => {
  const store = new SegmentStore();
  const chains = [0, 1, 2].map((from) => ({ from, first: NOWHERE, last: NOWHERE }));
  for (let seq = 0; seq < 2000; seq++)
    for (const chain of chains) {
      chain.last = store.add(segment({ seq, ack: chain.from }), chain.last);
      if (seq === 0) chain.first = chain.last;
    }
  for (const { from, first } of chains) {
    const read = store.read(first);
    expect(read).toHaveLength(2000);
    expect(read.every(({ seq, ack }, index) => seq === index && ack === from)).toBe(true);
  }
});

test('places that were given back are used again', () => {
  const store = new SegmentStore();
  const released = addAll(store, [segment({ seq: 1 }), segment({ seq: 2 })]);
  const kept = addAll(store, [segment({ seq: 3 })]);
  store.release(...released);
  store.release(NOWHERE, NOWHERE);
  const [first, last] = addAll(store, [segment({ seq: 4 }), segment({ seq: 5 })]);
  expect([first, last].sort()).toEqual([...released].sort());
  expect(store.read(first).map(({ seq }) => seq)).toEqual([4, 5]);
  expect(store.read(kept[0]).map(({ seq }) => seq)).toEqual([3]);
});
