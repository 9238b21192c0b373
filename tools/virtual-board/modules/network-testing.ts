import { VirtualBoard, type VirtualBoardOptions } from '../board.ts';
import { VirtualClock } from '../clock.ts';
import { CORRECT_TCP } from '../profiles/correct.ts';
import { findProfile } from '../profiles/index.ts';
import { seededRandom } from '../random.ts';
import { MemoryFlash } from '../serial/memory-flash.ts';
import { parseAddress } from '../tcpip/address.ts';
import { Err } from '../tcpip/errors.ts';
import type { TcpEvents } from '../tcpip/pcb.ts';
import { TcpIp } from '../tcpip/stack.ts';
import { bindUdp, createUdpSocket, sendUdp } from '../tcpip/udp.ts';
import { createWire } from '../wire/wire.ts';

export const address = (text: string): number => parseAddress(text) ?? 0;
const HOST = address('192.168.100.1');
export const BOARD = address('192.168.100.99');
export const NETMASK = address('255.255.255.0');
/** Wi-Fi with a fixed address, in Lua. */
export const STATIC = `
wifi.setmode(wifi.STATION, false)
wifi.sta.setip({ip='192.168.100.99', netmask='255.255.255.0', gateway='192.168.100.1'})
wifi.sta.config({ssid='last-ack-lab', save=false})
`;

export const ignore: TcpEvents = {
  accepted: () => Err.ok,
  connected: () => Err.ok,
  received: () => Err.ok,
  sent: () => Err.ok,
  failed: () => undefined,
};

export let clock: VirtualClock;
export let host: TcpIp;
export let board: VirtualBoard;
let flash: MemoryFlash;
let printed = '';

/** Boots a board on a wire with `host` at its other end. */
export function boot(lua: string, options: Partial<VirtualBoardOptions> = {}): void {
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
export function linesAfter(milliseconds: number): string[] {
  clock.runUntil(clock.now() + milliseconds);
  const lines = printed.split('\n').map((line) => line.replace(/^(> )+/, ''));
  printed = '';
  return lines.filter((line) => line !== '' && !line.startsWith('NodeMCU'));
}

/** Answers datagrams to a port of the host. */
export function serveUdp(
  port: number,
  answer: (data: Uint8Array) => Uint8Array | undefined,
  to?: number,
  delayMs = 0,
): void {
  const socket = createUdpSocket(host.udp, ({ source, sourcePort, data }) => {
    const reply = answer(data);
    if (reply) clock.after(delayMs, () => sendUdp(host.udp, socket, to ?? source, sourcePort, reply));
  });
  bindUdp(host.udp, socket, 0, port);
}

/** A new time, an erased chip and nothing printed: at the beginning of each test, and between two boards of one. */
export function startOver(): void {
  clock = new VirtualClock();
  flash = new MemoryFlash();
  printed = '';
}
