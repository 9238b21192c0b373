import type { Clock } from '../clock.ts';
import { HOST_NAME, MAC_ADDRESS } from '../identity.ts';
import { formatAddress, parseAddress } from '../tcpip/address.ts';
import { DhcpClient } from '../tcpip/dhcp.ts';
import { DnsClient } from '../tcpip/dns.ts';
import { TcpIp } from '../tcpip/stack.ts';
import { STATE_NAMES } from '../tcpip/tcp-state.ts';
import type { Link } from '../wire/link.ts';
import type { ModuleHost } from './host.ts';
import { mdnsModule } from './mdns.ts';
import { netModule } from './net.ts';
import { netModule2016 } from './net-2016/module.ts';
import { createNetRegistry } from './net/registry.ts';
import type { NetworkSide, NetworkSideOptions } from './network-side.ts';
import { sntpModule } from './sntp.ts';
import { wifiModule } from './wifi.ts';
import { createWifiEvents } from './wifi/events.ts';
import { loadSettings } from './wifi/settings.ts';
import { Mode, Station, type StationEvent } from './wifi/station.ts';

/** A station that is connected before init.lua runs. */
export interface ConnectedStation {
  ssid: string;
  ip: string;
  netmask: string;
  gateway: string;
}

/** Wi-Fi, TCP/IP and their modules for one boot: all work enters the chip's one CPU. */
export function createNetwork(
  host: ModuleHost,
  options: NetworkSideOptions,
  connected?: ConnectedStation,
): NetworkSide {
  const { random, lua, heap, profile } = host;
  const clock = enteringCpu(host);
  const link = options.link ?? NO_LINK;
  const stack = new TcpIp({
    ...{ clock, random, heap, memory: profile.heap, tcp: profile.tcp, mac: Uint8Array.from(MAC_ADDRESS) },
    link: {
      send: (frame) => link.send(frame),
      onFrame: (receive) => link.onFrame((frame) => host.run(() => receive(frame))),
      close: () => undefined,
    },
  });
  const dns = new DnsClient(stack.udp, profile.net.quirks);
  const dhcp = new DhcpClient(stack.udp);
  const events = createWifiEvents(host);
  const settings = loadSettings(host.flash);
  const bootTime = host.clock.now();

  stack.tcp.onState = (pcb, from, to) => {
    if (!options.wantsPcbEvents()) return;
    const connection = `${formatAddress(pcb.remoteAddress)}:${pcb.remotePort}`;
    const t = host.clock.now() - bootTime;
    const [before, after] = [STATE_NAMES[from] ?? 'CLOSED', STATE_NAMES[to] ?? 'CLOSED'];
    options.onEvent({ t, type: 'pcb', connection, from: before, to: after });
  };

  function onStationEvent(event: StationEvent): void {
    if (event.type === 'got-ip' || event.type === 'disconnected') {
      const ip = event.type === 'got-ip' ? formatAddress(event.address) : '';
      options.onEvent({ t: host.clock.now() - bootTime, type: 'wifi', connected: ip !== '', ip });
    }
    events.emit(event);
  }

  const { accessPoint, isUp } = options;
  const onNameServers = (servers: readonly number[]): void => {
    for (const [index, server] of servers.slice(0, dns.servers.length).entries()) dns.servers[index] = server;
  };
  const station = new Station({ clock, stack, dhcp, accessPoint, isUp, onEvent: onStationEvent, onNameServers });
  Object.assign(station, { config: settings.config, autoConnect: settings.autoConnect });
  dhcp.hostname = HOST_NAME;
  station.enable((settings.mode & Mode.station) !== 0);
  if (connected) {
    const [address = 0, netmask = 0, gateway = 0] = [connected.ip, connected.netmask, connected.gateway].map(
      parseAddress,
    );
    station.joinNow({ ssid: connected.ssid, password: '', bssid: undefined }, { address, netmask, gateway });
  }

  const context = { host, lua, stack, dns, dhcp, registry: createNetRegistry(host, stack) };
  return {
    modules: [
      (profile.net.api === 'espconn' ? netModule2016 : netModule)(context),
      sntpModule(context),
      mdnsModule(context),
      wifiModule({ host, station, stack, dhcp, events, settings, accessPoint }),
    ],
    pcbs: () => stack.pcbs(),
    station: () => ({
      connected: station.isAssociated && stack.netif.address !== 0,
      ip: stack.netif.address === 0 ? '' : formatAddress(stack.netif.address),
    }),
    setAccessPoint: (up) => station.setAccessPoint(up),
    close() {
      station.close();
      dns.close();
      stack.stop();
    },
  };
}

const NO_LINK: Link = { send: () => undefined, onFrame: () => undefined, close: () => undefined };

/** A clock whose callbacks run on the board's CPU. */
function enteringCpu(host: ModuleHost): Clock {
  const { clock } = host;
  return {
    now: () => clock.now(),
    after: (delayMs, callback) => clock.after(delayMs, () => host.run(callback)),
  };
}
