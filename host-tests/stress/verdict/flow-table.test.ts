import { expect, test } from 'vitest';
import { FlowTable, type JudgedFlow } from './flow-table.ts';
import { frameOf, DEVICE } from './testing/frames.ts';
import { timeLine } from './testing/time-line.ts';

const clean = `
  0 C S 0 -
  1 D SA 0 1
  1 C A 1 1
  1 C PA 1 1 50
  2 D PA 1 51 80
  2 C A 51 81
  3 D FA 81 51
  3 C FA 51 82
  4 D A 82 52`;

const duel = clean
  .replace('4 D A 82 52', '4 D RA 83 52')
  .concat('\n 4 C A 52 82\n 5 D RA 83 52\n 213 C FA 51 82\n 214 D RA 83 52\n 2000 C FA 51 82\n 2001 D RA 83 52');

function tableWith(...connections: { port: number; text: string; start?: number }[]): {
  table: FlowTable;
  judged: JudgedFlow[];
} {
  const judged: JudgedFlow[] = [];
  const table = new FlowTable({ address: DEVICE, port: 80 }, (flow) => judged.push(flow));
  for (const { port, text, start } of connections)
    for (const segment of timeLine(text, start)) table.take(frameOf(segment, port), segment.t);
  return { table, judged };
}

test('a connection is judged once it is over and nothing has followed for a while', () => {
  const { table, judged } = tableWith({ port: 4000, text: clean });
  table.sweep(1000);
  expect(judged).toHaveLength(0);
  table.sweep(1400);
  expect(judged).toMatchObject([{ verdict: 'device-first-clean', clientPort: 4000, startedAt: 0, lastAt: 4 }]);
  expect(table.size).toBe(0);
});

test('a duel stays open while it lasts, and is judged whole at the end of observation', () => {
  const { table, judged } = tableWith({ port: 4000, text: duel });
  table.sweep(1900);
  table.sweep(9000);
  expect(judged).toHaveLength(0);
  table.finish(9000);
  expect(judged).toMatchObject([{ verdict: 'duel' }]);
  expect(judged[0]?.segments).toHaveLength(timeLine(duel).length);
});

test('a new SYN with another sequence number on the same port begins a new connection', () => {
  const { table, judged } = tableWith({ port: 4000, text: clean }, { port: 4000, text: clean, start: 77 });
  expect(judged).toHaveLength(1);
  table.finish(5000);
  expect(judged.map(({ verdict }) => verdict)).toEqual(['device-first-clean', 'device-first-clean']);
});

test('connections are told apart by port, and other servers are ignored', () => {
  const { table, judged } = tableWith({ port: 4000, text: clean }, { port: 4001, text: clean });
  for (const segment of timeLine(clean)) table.take(frameOf(segment, 4002, 8080), segment.t);
  table.finish(5000);
  expect(judged.map(({ clientPort }) => clientPort)).toEqual([4000, 4001]);
});

test('a long transfer keeps its beginning and its end, not every segment', () => {
  const data = Array.from({ length: 3000 }, (_, index) => `${10 + index} D A ${1 + index} 51 1`).join('\n');
  const text = clean
    .replaceAll(/\b3 (?=[DC] F)/g, '4000 ')
    .replace('4 D A', '4001 D A')
    .replace('2 D PA 1 51 80', data);
  const { table, judged } = tableWith({ port: 4000, text });
  table.finish(9000);
  expect(judged[0]?.segments.length).toBeLessThan(450);
  expect(judged[0]?.segments[0]?.t).toBe(0);
  expect(judged[0]?.segments.at(-1)?.t).toBe(4001);
});
