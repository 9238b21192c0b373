import { beforeEach, describe, expect, it } from 'vitest';
import { findProfile } from '../profiles/index.ts';
import { seededRandom } from '../random.ts';
import { concat, read16, read32, write16, write32 } from '../tcpip/octets.ts';
import { Err } from '../tcpip/errors.ts';
import type { TcpIp } from '../tcpip/stack.ts';
import { bindUdp, createUdpSocket, sendUdp } from '../tcpip/udp.ts';
import {
  address,
  board,
  BOARD,
  boot,
  clock,
  host,
  ignore,
  linesAfter,
  serveUdp,
  startOver,
  STATIC,
} from './network-testing.ts';

beforeEach(startOver);

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

  /** Knows good.example; anything else is no such name. */
  function nameServer(query: Uint8Array): Uint8Array {
    const isGood = Buffer.from(query).includes('good');
    const answer = Uint8Array.of(0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 1, 2, 3);
    const reply = concat([query, isGood ? answer : new Uint8Array(0)]);
    write16(reply, 2, isGood ? 0x8180 : 0x8183);
    write16(reply, 6, isGood ? 1 : 0);
    return reply;
  }

  const lookUp = (...names: string[]): string => `${STATIC}
    net.dns.setdnsserver('192.168.100.1', 0)
    tmr.create():alarm(500, tmr.ALARM_SINGLE, function()
      ${names.map((name) => `net.dns.resolve('${name}', function(_, ip) print('${name}', ip) end)`).join('\n')}
    end)`;

  it('looks a name up', () => {
    boot(lookUp('good.example'));
    serveUdp(53, nameServer);
    expect(linesAfter(1000)).toEqual(['good.example\t10.1.2.3']);
  });

  it('asks for an unknown name four times, deaf to the answers, unless that bug is off', () => {
    const questions = (profile: string): [number, string[]] => {
      startOver();
      boot(lookUp('bad.example.com'), { profile: findProfile(profile) });
      let asked = 0;
      serveUdp(53, (query) => (asked++, nameServer(query)));
      const early = linesAfter(3000);
      return [asked, [...early, '|', ...linesAfter(6000)]];
    };
    expect(questions('nodemcu-3.0')).toEqual([3, ['|', 'bad.example.com\tnil']]);
    expect(questions('nodemcu-3.0,ignoresDnsErrors=false')).toEqual([1, ['bad.example.com\tnil', '|']]);
  });

  it('of two lookups at once takes the answer to the last first, unless that bug is off', () => {
    const found = (profile: string): string[][] => {
      startOver();
      boot(lookUp('good.one', 'good.two'), { profile: findProfile(profile) });
      serveUdp(53, nameServer, undefined, 20);
      return [linesAfter(530), linesAfter(2000)];
    };
    expect(found('nodemcu-3.0')).toEqual([['good.two\t10.1.2.3'], ['good.one\t10.1.2.3']]);
    expect(found('nodemcu-3.0,sharedDnsId=false')).toEqual([['good.one\t10.1.2.3', 'good.two\t10.1.2.3'], []]);
  });

  it('listens on a free port when none is given', () => {
    boot(
      `${STATIC} local s = net.createServer() s:listen(0, function() end) print((s:getaddr()) > 1023, select(2, s:getaddr()))`,
    );
    expect(linesAfter(100)).toEqual(['true\t0.0.0.0']);
  });

  it('leaves a handshake that ends after its server was closed to lwIP, which takes what comes and never resets', () => {
    boot(`${STATIC} local server = net.createServer() server:listen(80, function() print('accepted') end)
      tmr.create():alarm(1500, tmr.ALARM_SINGLE, function() server:close() print('closed') end)`);
    linesAfter(1000);
    let acknowledged = 0;
    const events = { ...ignore, sent: (_pcb: unknown, bytes: number) => ((acknowledged += bytes), Err.ok) };
    const pcb = host.createPcb({ ...events, connected: (own) => host.write(own, new Uint8Array(5)) });
    if (!pcb) throw new Error('no pcb');
    const { link } = host.netif;
    const send = link.send.bind(link);
    // The client's acknowledgement of SYN and ACK comes when the server is gone.
    link.send = (frame) => void clock.after(200, () => send(frame));
    host.connect(pcb, BOARD, 80);
    expect(linesAfter(2000)).toEqual(['closed']);
    expect([acknowledged, host.pcbs()]).toEqual([5, { ESTABLISHED: 1 }]);
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
      startOver();
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
        startOver();
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
