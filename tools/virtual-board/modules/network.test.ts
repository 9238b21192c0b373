import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualBoard, type VirtualBoardOptions } from '../board.ts';
import { VirtualClock } from '../clock.ts';
import { CORRECT_TCP } from '../profiles/correct.ts';
import { findProfile } from '../profiles/index.ts';
import { seededRandom } from '../random.ts';
import { MemoryFlash } from '../serial/memory-flash.ts';
import { parseAddress } from '../tcpip/address.ts';
import { concat, read16, read32, write16, write32 } from '../tcpip/octets.ts';
import { Err } from '../tcpip/errors.ts';
import type { TcpEvents } from '../tcpip/pcb.ts';
import { TcpIp } from '../tcpip/stack.ts';
import { bindUdp, createUdpSocket, sendUdp } from '../tcpip/udp.ts';
import { createWire } from '../wire/wire.ts';

const address = (text: string): number => parseAddress(text) ?? 0;
const HOST = address('192.168.100.1');
const BOARD = address('192.168.100.99');
const NETMASK = address('255.255.255.0');
const STATIC = `
wifi.setmode(wifi.STATION, false)
wifi.sta.setip({ip='192.168.100.99', netmask='255.255.255.0', gateway='192.168.100.1'})
wifi.sta.config({ssid='last-ack-lab', save=false})
`;

const ignore: TcpEvents = {
  accepted: () => Err.ok,
  connected: () => Err.ok,
  received: () => Err.ok,
  sent: () => Err.ok,
  failed: () => undefined,
};

let clock: VirtualClock;
let host: TcpIp;
let board: VirtualBoard;
let flash: MemoryFlash;
let printed: string;

function boot(lua: string, options: Partial<VirtualBoardOptions> = {}): void {
  const [near, far] = createWire(clock);
  host = new TcpIp({
    clock,
    random: seededRandom(2),
    link: far,
    mac: Uint8Array.of(2, 0, 0, 0, 0, 1),
    tcp: CORRECT_TCP,
  });
  host.setAddress(HOST, NETMASK, 0);
  board = new VirtualBoard({
    ...{ profile: findProfile('nodemcu-3.0'), clock, random: seededRandom(1), flash, link: near, speed: 'host' },
    files: { 'init.lua': Buffer.from(lua) },
    ...options,
  });
  board.onEvent((event) => {
    if (event.type === 'serial') printed += event.text;
  });
  board.powerOn();
}

/** Waits and returns the lines printed since, without banner and prompt. */
function linesAfter(milliseconds: number): string[] {
  clock.runUntil(clock.now() + milliseconds);
  const lines = printed.split('\n').map((line) => line.replace(/^(> )+/, ''));
  printed = '';
  return lines.filter((line) => line !== '' && !line.startsWith('NodeMCU'));
}

/** Answers datagrams to a port of the host. */
function serveUdp(port: number, answer: (data: Uint8Array) => Uint8Array | undefined, to?: number): void {
  const socket = createUdpSocket(host.udp, ({ source, sourcePort, data }) => {
    const reply = answer(data);
    if (reply) sendUdp(host.udp, socket, to ?? source, sourcePort, reply);
  });
  bindUdp(host.udp, socket, 0, port);
}

beforeEach(() => {
  clock = new VirtualClock();
  flash = new MemoryFlash();
  printed = '';
});

describe('the Wi-Fi station', () => {
  const REPORT = `
    for name, event in pairs{connected=wifi.eventmon.STA_CONNECTED, lost=wifi.eventmon.STA_DISCONNECTED, ip=wifi.eventmon.STA_GOT_IP} do
      wifi.eventmon.register(event, function(t) print(name, t.SSID or t.IP, t.reason or t.gateway or t.channel) end)
    end
  `;

  it('joins with a fixed address and says so by its events', () => {
    boot(REPORT + STATIC);
    expect(linesAfter(1000)).toEqual(['connected\tlast-ack-lab\t6', 'ip\t192.168.100.99\t192.168.100.1']);
    expect(board.snapshot().wifi).toEqual({ connected: true, ip: '192.168.100.99' });
  });

  it.each([
    ['an unknown name', "{ssid='elsewhere', save=false}", 201, 3],
    ['a wrong password', "{ssid='last-ack-lab', pwd='12345678', save=false}", 15, 2],
  ])('does not join with %s', (_what, config, reason, status) => {
    boot(
      `${REPORT}wifi.setmode(wifi.STATION, false) wifi.sta.config(${config})
      tmr.create():alarm(1000, tmr.ALARM_SINGLE, function() print('status', wifi.sta.status()) end)`,
      {
        accessPoint: { ssid: 'last-ack-lab', password: 'right one' },
      },
    );
    const [first, second] = linesAfter(1500);
    expect(first).toMatch(new RegExp(`^lost\\t.*\\t${reason}$`));
    expect(second).toBe(`status\t${status}`);
  });

  it('loses its access point, and comes back with it', () => {
    boot(REPORT + STATIC);
    linesAfter(1000);
    board.setAccessPoint(false);
    expect(linesAfter(10_000)[0]).toBe('lost\tlast-ack-lab\t200');
    expect(board.snapshot().wifi.connected).toBe(false);
    board.setAccessPoint(true);
    expect(linesAfter(5000)).toContain('ip\t192.168.100.99\t192.168.100.1');
  });

  it('keeps saved settings in flash and connects by itself after a reset', () => {
    boot(`if file.exists('done') then print('again', wifi.sta.getconfig()) else
      file.putcontents('done', '1')
      wifi.setmode(wifi.STATION) wifi.sta.config({ssid='last-ack-lab', pwd='secret'}) node.restart() end`);
    expect(linesAfter(1000)).toContain('again\tlast-ack-lab\tsecret\t0\tff:ff:ff:ff:ff:ff');
  });

  it('gets an address, a gateway and a name server by DHCP', () => {
    boot(`${REPORT}wifi.setmode(wifi.STATION, false) wifi.sta.config({ssid='last-ack-lab', save=false})
      tmr.create():alarm(2000, tmr.ALARM_SINGLE, function() print('dns', net.dns.getdnsserver()) end)`);
    serveUdp(67, dhcpServer, -1);
    const lines = linesAfter(3000);
    expect(lines).toContain('ip\t192.168.100.77\t192.168.100.1');
    expect(lines).toContain('dns\t192.168.100.2');
    expect(board.snapshot().wifi.ip).toBe('192.168.100.77');
  });
});

/** Offers and confirms 192.168.100.77. */
function dhcpServer(request: Uint8Array): Uint8Array {
  const OFFER_OF: Record<number, number> = { 1: 2, 3: 5 };
  const type = request[request.indexOf(53, 240) + 2] ?? 0;
  const reply = new Uint8Array(300);
  reply.set([2, 1, 6, 0]);
  reply.set(request.subarray(4, 8), 4);
  write32(reply, 16, address('192.168.100.77'));
  reply.set(request.subarray(28, 34), 28);
  reply.set([0x63, 0x82, 0x53, 0x63, 53, 1, OFFER_OF[type] ?? 6, 54, 4, 192, 168, 100, 1], 236);
  reply.set([1, 4, 255, 255, 255, 0, 3, 4, 192, 168, 100, 1, 6, 4, 192, 168, 100, 2, 51, 4, 0, 0, 14, 16, 255], 249);
  return reply;
}

describe('net', () => {
  it('carries datagrams both ways', () => {
    boot(`${STATIC}
      local s = net.createUDPSocket()
      s:listen(5000)
      s:on('receive', function(s, data, port, ip) print('udp', data, port, ip) s:send(port, ip, data:upper()) end)`);
    linesAfter(1000);
    let answer = '';
    const socket = createUdpSocket(host.udp, ({ data }) => {
      answer = Buffer.from(data).toString();
    });
    bindUdp(host.udp, socket, 0, 6000);
    sendUdp(host.udp, socket, BOARD, 5000, Buffer.from('hello'));
    expect(linesAfter(100)).toEqual(['udp\thello\t6000\t192.168.100.1']);
    expect(answer).toBe('HELLO');
  });

  it('looks names up, and answers nil for an unknown one', () => {
    boot(`${STATIC}
      net.dns.setdnsserver('192.168.100.1', 0)
      tmr.create():alarm(500, tmr.ALARM_SINGLE, function()
        net.dns.resolve('good.example', function(_, ip) print('good', ip) end)
        net.dns.resolve('bad.example', function(_, ip) print('bad', ip) end)
      end)`);
    serveUdp(53, (query) => {
      const isGood = Buffer.from(query).includes('good');
      const reply = concat([
        query,
        isGood ? Uint8Array.of(0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 1, 2, 3) : new Uint8Array(0),
      ]);
      write16(reply, 2, isGood ? 0x8180 : 0x8183);
      write16(reply, 6, isGood ? 1 : 0);
      return reply;
    });
    expect(linesAfter(3000).sort()).toEqual(['bad\tnil', 'good\t10.1.2.3']);
  });

  it('pings', () => {
    boot(`${STATIC}
      tmr.create():alarm(500, tmr.ALARM_SINGLE, function()
        net.ping('192.168.100.1', 2, function(bytes, ip, n) print('pong', bytes, ip, n) end, function(ip, sent, lost) print('end', sent, lost) end)
      end)`);
    expect(linesAfter(4000)).toEqual(['pong\t32\t192.168.100.1\t1', 'pong\t32\t192.168.100.1\t2', 'end\t2\t0']);
  });

  it('gives a stale socket of a collected object to whoever lies at its address, unless that bug is off', () => {
    const server = `${STATIC}
      node.egc.setmode(node.egc.ON_ALLOC_FAILURE)
      tmr.create():alarm(20, tmr.ALARM_AUTO, function() collectgarbage() end)
      net.createServer(30):listen(80, function(c)
        c:on('receive', function(s) s:send('x') end)
        c:on('sent', function(s) s:close() end)
        c:on('disconnection', function() print('lost') end)
      end)`;
    const lost = (profile: string): string[] => {
      clock = new VirtualClock();
      boot(server, { profile: findProfile(profile) });
      linesAfter(1000);
      ask('first', true);
      linesAfter(100);
      ask('second', false);
      linesAfter(100);
      // Only now does the first client answer the board's FIN.
      for (const pcb of clients) if (pcb.owner === 'first') host.close(pcb);
      return linesAfter(100);
    };
    expect(lost('nodemcu-3.0')).toEqual(['lost']);
    expect(lost('nodemcu-3.0,staleSocket=false')).toEqual([]);
  });

  it.each([
    ['as it boots', '', 'nodemcu-3.0', true],
    ['with node.egc.setmode(ON_ALLOC_FAILURE)', 'node.egc.setmode(node.egc.ON_ALLOC_FAILURE)', 'nodemcu-3.0', false],
    ['with that bug switched off', '', 'nodemcu-3.0,registryCorruption=false', false],
  ])(
    '%s, a growing registry and a dead socket can crash the board under three clients: %s',
    (_w, mode, profile, can) => {
      const server = `${mode} ${STATIC}
      kept = {}
      net.createServer(30):listen(80, function(c)
        c:on('receive', function(s)
          for i = 1, 40 do net.createConnection():on('receive', print) kept[#kept + 1] = net.createConnection() kept[#kept]:on('receive', print) end
        end)
      end)`;
      const causes = Array.from({ length: 12 }, (_, seed) => {
        clock = new VirtualClock();
        boot(server, { profile: findProfile(profile), random: seededRandom(seed) });
        linesAfter(1000);
        for (const name of ['first', 'second', 'third']) ask(name, true);
        linesAfter(1000);
        return board.snapshot().lastReset;
      });
      expect(causes.includes('exception')).toBe(can);
    },
  );

  const clients: NonNullable<ReturnType<TcpIp['createPcb']>>[] = [];

  function ask(owner: string, asks: boolean): void {
    const pcb = host.createPcb({
      ...ignore,
      connected: (own) => (asks ? host.write(own, Buffer.from('?')) : Err.ok),
      received: (own, chunks) => {
        if (chunks) host.recved(own, 100);
        return Err.ok;
      },
    });
    if (!pcb) throw new Error('no pcb');
    pcb.owner = owner;
    clients.push(pcb);
    host.connect(pcb, BOARD, 80);
  }
});

describe('sntp', () => {
  it('asks a server, sets the clock and says so', () => {
    boot(`${STATIC}
      tmr.create():alarm(500, tmr.ALARM_SINGLE, function()
        sntp.sync('192.168.100.1', function(sec, usec, server, info) print(sec, server, info.stratum, (rtctime.get())) end)
      end)`);
    serveUdp(123, () => {
      const reply = new Uint8Array(48);
      reply.set([0x24, 2]);
      write32(reply, 40, 2_208_988_800 + 1_700_000_000);
      return reply;
    });
    expect(linesAfter(2000)).toEqual(['1700000000\t192.168.100.1\t2\t1700000000']);
  });

  it('gives up after five attempts', () => {
    boot(`${STATIC}
      tmr.create():alarm(500, tmr.ALARM_SINGLE, function() sntp.sync('192.168.100.1', nil, function(code) print('failed', code) end) end)`);
    expect(linesAfter(5000)).toEqual([]);
    expect(linesAfter(2000)).toEqual(['failed\t4']);
  });
});

describe('mdns', () => {
  it('announces the service and answers questions for it', () => {
    boot(`${STATIC}
      tmr.create():alarm(500, tmr.ALARM_SINGLE, function() mdns.register('leds', {description='LED board', port=80, path='/'}) end)`);
    const answers: string[] = [];
    const addresses: number[] = [];
    const group = address('224.0.0.251');
    host.udp.groups.add(group);
    const socket = createUdpSocket(host.udp, ({ data }) => {
      answers.push(Buffer.from(data).toString('latin1'));
      addresses.push(read32(data, data.length - 4));
      expect(read16(data, 6)).toBe(4);
    });
    bindUdp(host.udp, socket, 0, 5353);
    linesAfter(1000);
    expect(answers).toHaveLength(1);
    expect(answers[0]).toContain('LED board');
    expect(addresses).toEqual([BOARD]);
    const question = Buffer.from('\0\0\0\0\0\x01\0\0\0\0\0\0\x04leds\x05local\0\0\x01\0\x01', 'latin1');
    sendUdp(host.udp, socket, group, 5353, question);
    linesAfter(100);
    expect(answers).toHaveLength(2);
  });

  it('needs a network', () => {
    boot(`print(pcall(mdns.register, 'leds'))`);
    expect(linesAfter(100)).toEqual(['false\tNo network connection']);
  });
});
