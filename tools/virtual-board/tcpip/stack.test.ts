import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock.ts';
import { CORRECT_TCP } from '../profiles/correct.ts';
import { NODEMCU_TCP } from '../profiles/nodemcu-3.0.ts';
import type { TcpProfile } from '../profiles/tcp-profile.ts';
import { seededRandom } from '../random.ts';
import { createWire } from '../wire/wire.ts';
import { parseAddress } from './address.ts';
import { Err } from './errors.ts';
import type { Pcb, TcpEvents } from './pcb.ts';
import { TcpIp } from './stack.ts';

const BOARD = parseAddress('192.168.100.99') as number;
const HOST = parseAddress('192.168.100.1') as number;
const NETMASK = parseAddress('255.255.255.0') as number;

function twoStacks(board: TcpProfile, host: TcpProfile = CORRECT_TCP) {
  const clock = new VirtualClock();
  const [left, right] = createWire(clock);
  const create = (link: typeof left, last: number, tcp: TcpProfile): TcpIp =>
    new TcpIp({ clock, random: seededRandom(last), link, mac: new Uint8Array([2, 0, 0, 0, 0, last]), tcp });
  const stacks = { clock, board: create(left, 99, board), host: create(right, 1, host) };
  stacks.board.setAddress(BOARD, NETMASK, HOST);
  stacks.host.setAddress(HOST, NETMASK, 0);
  return stacks;
}

const ignore: TcpEvents = {
  accepted: () => Err.ok,
  connected: () => Err.ok,
  received: () => Err.ok,
  sent: () => Err.ok,
  failed: () => undefined,
};

describe.each([
  ['nodemcu-3.0', NODEMCU_TCP],
  ['correct', CORRECT_TCP],
])('a %s server and a correct client', (_name, profile) => {
  it('finds its peer by ARP, carries 20 kB both ways and closes with one TIME_WAIT at the client', () => {
    const { clock, board, host } = twoStacks(profile);
    const payload = Uint8Array.from({ length: 20_000 }, (_, at) => (at * 7) & 255);
    let echoed = 0;
    const back: Uint8Array[] = [];
    const pending: Uint8Array[] = [];
    const echo = (pcb: Pcb): Err => {
      for (let first = pending[0]; first && board.write(pcb, first) === Err.ok; first = pending[0]) {
        pending.shift();
        echoed += first.length;
        board.recved(pcb, first.length);
      }
      return Err.ok;
    };
    board.listen(0, 80, {
      ...ignore,
      sent: echo,
      received(pcb, chunks) {
        if (!chunks) return board.close(pcb);
        pending.push(...chunks);
        return echo(pcb);
      },
    });

    const pcb = host.createPcb({
      ...ignore,
      connected(own) {
        return host.write(own, payload);
      },
      received(own, chunks) {
        if (!chunks) return Err.ok;
        back.push(...chunks);
        host.recved(
          own,
          chunks.reduce((sum, chunk) => sum + chunk.length, 0),
        );
        if (back.reduce((sum, chunk) => sum + chunk.length, 0) === payload.length) host.shutdownWrite(own);
        return Err.ok;
      },
    });
    if (!pcb) throw new Error('no pcb');
    host.connect(pcb, BOARD, 80);
    clock.runUntil(20_000);

    expect(echoed).toBe(payload.length);
    expect(Buffer.concat(back).equals(Buffer.from(payload))).toBe(true);
    expect(host.pcbs()).toEqual({ TIME_WAIT: 1 });
    expect(board.pcbs()).toEqual({});
  });
});
