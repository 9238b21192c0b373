import { expect, it } from 'vitest';
import { BoardPrinter } from './board-printer.ts';
import type { BoardReady } from './session.ts';

const ready: BoardReady = {
  pid: 42,
  profile: 'nodemcu-3.0',
  seed: 1,
  serialPath: '/run/serial',
  controlPath: '/run/control',
  net: 'gateway',
  netReason: 'localhost gateway 127.0.0.1:8099 (no TAP)',
  host: '127.0.0.1',
  port: 8099,
};

function printed(asJson: boolean, use: (printer: BoardPrinter) => void): string[] {
  const lines: string[] = [];
  // eslint-disable-next-line no-control-regex
  use(new BoardPrinter(asJson, (line) => lines.push(line.replace(/\u001b\[\d+m/g, ''))));
  return lines;
}

it('says where everything is, and how the board is reached from outside a namespace', () => {
  expect(printed(false, (printer) => printer.ready(ready))).toEqual([
    'board:   nodemcu-3.0, seed 1',
    'net:     localhost gateway 127.0.0.1:8099 (no TAP)',
    'serial:  /run/serial',
    'control: /run/control',
    'http:    http://127.0.0.1:8099/',
  ]);
  const inside = printed(false, (printer) => printer.ready({ ...ready, net: 'tap', host: '10.0.0.9', port: 80 }, 5000));
  expect(inside).toContain('http:    http://127.0.0.1:5000/ (carried over to 10.0.0.9:80 in the namespace)');
});

it('prints whole serial lines, and nothing that could steer a terminal', () => {
  const lines = printed(false, (printer) => {
    printer.event({ t: 1000, type: 'serial', text: 'NodeMCU\r\n> pr' });
    printer.event({ t: 1500, type: 'serial', text: 'int(1)\r\n\u001b[2Jx\n' });
    printer.event({ t: 2000, type: 'pin', gpio: 2, level: 0 });
  });
  expect(lines).toEqual(['    1.000 | NodeMCU', '    1.500 | > print(1)', '    1.500 | ·[2Jx', '    2.000 gpio2 = 0']);
});

it('prints one JSON line each with --json, without the flood of control block events', () => {
  const lines = printed(true, (printer) => {
    printer.ready(ready);
    printer.event({ t: 1, type: 'pcb', connection: 'a', from: 'CLOSED', to: 'SYN_RCVD' });
    printer.event({ t: 2, type: 'reset', cause: 'power' });
  });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { ready },
    { event: { t: 2, type: 'reset', cause: 'power' } },
  ]);
});
