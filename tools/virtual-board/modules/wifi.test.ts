import { beforeEach, describe, expect, it } from 'vitest';
import { write32 } from '../tcpip/octets.ts';
import { address, board, boot, host, linesAfter, NETMASK, serveUdp, startOver, STATIC } from './network-testing.ts';

beforeEach(startOver);

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

const DHCP = `wifi.setmode(wifi.STATION, false) wifi.sta.config({ssid='last-ack-lab', save=false})`;

describe('the DHCP client', () => {
  const messageTypes = (): number[] => {
    const types: number[] = [];
    serveUdp(
      67,
      (request) => {
        types.push(request[request.indexOf(53, 240) + 2] ?? 0);
        return dhcpServer(request);
      },
      -1,
    );
    return types;
  };

  it('declines an address that somebody else answers for', () => {
    boot(DHCP);
    const types = messageTypes();
    host.setAddress(address('192.168.100.77'), NETMASK, 0);
    linesAfter(3000);
    const [DISCOVER, REQUEST, DECLINE] = [1, 3, 4];
    expect(types).toEqual([DISCOVER, REQUEST, DECLINE]);
    expect(board.snapshot().wifi.ip).toBe('');
    linesAfter(10_000);
    expect(types.slice(3)).toEqual([DISCOVER, REQUEST, DECLINE]);
  });

  it('asks after 2, 4, 8 and 16 s while nobody offers, and takes an address at last', () => {
    boot(`${DHCP} wifi.eventmon.register(wifi.eventmon.STA_DHCP_TIMEOUT, function() print('timeout') end)`);
    expect(linesAfter(29_000)).toEqual(['timeout']);
    messageTypes();
    linesAfter(5000);
    expect(board.snapshot().wifi.ip).toBe('192.168.100.77');
  });

  it('renews the lease at half its life, and shows it', () => {
    boot(
      `${DHCP} tmr.create():alarm(3000, 0, function() local i = net.ifinfo(0) print(i.dhcp.server_ip, i.dhcp.client_ip) end)`,
    );
    const types = messageTypes();
    expect(linesAfter(5000)).toEqual(['192.168.100.1\t192.168.100.77']);
    linesAfter(1800_000);
    expect(types).toEqual([1, 3, 3]);
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
