import type { Ipv4Address } from './address.ts';
import { read32, write16, write32 } from './octets.ts';

/** RFC 2131 section 2: fixed part and magic cookie; then options. */
const FIXED = 236;
const COOKIE = 0x63825363;
const OPTIONS = FIXED + 4;
/** Shortest message that old servers take. */
const MINIMUM = 308;
const BOOT_REQUEST = 1;
const BOOT_REPLY = 2;

export const MessageType = { discover: 1, offer: 2, request: 3, decline: 4, ack: 5, nak: 6 } as const;

/** RFC 2132. */
const Option = {
  netmask: 1,
  router: 3,
  dns: 6,
  hostname: 12,
  ntp: 42,
  requestedAddress: 50,
  leaseTime: 51,
  messageType: 53,
  server: 54,
  parameters: 55,
  maxSize: 57,
  renewal: 58,
  rebinding: 59,
  end: 255,
} as const;

const MAX_SIZE = 1500;
/** What lwIP asks for, most of which it then ignores. */
const ASKED_FOR = [1, 3, 28, 6, 42, 15, 44, 46, 47, 31, 33, 121, 43];

export interface DhcpRequest {
  readonly type: number;
  readonly transaction: number;
  readonly mac: Uint8Array;
  readonly hostname: string;
  /** Our address, when it is ours already. */
  readonly client: Ipv4Address;
  readonly requested?: Ipv4Address;
  readonly server?: Ipv4Address;
}

export function encodeRequest(request: DhcpRequest): Uint8Array {
  const message = new Uint8Array(MINIMUM);
  message.set([BOOT_REQUEST, 1, 6, 0], 0);
  write32(message, 4, request.transaction);
  write16(message, 10, 0);
  write32(message, 12, request.client);
  message.set(request.mac, 28);
  write32(message, FIXED, COOKIE);
  const options = [Option.messageType, 1, request.type];
  if (request.requested !== undefined) options.push(Option.requestedAddress, 4, ...bytesOf(request.requested));
  if (request.server !== undefined) options.push(Option.server, 4, ...bytesOf(request.server));
  const name = Buffer.from(request.hostname, 'latin1').subarray(0, 32);
  if (name.length > 0) options.push(Option.hostname, name.length, ...name);
  options.push(Option.maxSize, 2, MAX_SIZE >>> 8, MAX_SIZE & 255);
  options.push(Option.parameters, ASKED_FOR.length, ...ASKED_FOR, Option.end);
  message.set(options, OPTIONS);
  return message;
}

const bytesOf = (address: Ipv4Address): number[] => [
  address >>> 24,
  (address >>> 16) & 255,
  (address >>> 8) & 255,
  address & 255,
];

export interface DhcpReply {
  readonly type: number;
  readonly transaction: number;
  readonly address: Ipv4Address;
  readonly server: Ipv4Address;
  readonly netmask: Ipv4Address;
  readonly router: Ipv4Address;
  readonly dns: readonly Ipv4Address[];
  readonly ntp: Ipv4Address;
  readonly leaseSeconds: number;
  /** Only when the server names them (RFC 2131 section 4.4.5). */
  readonly renewSeconds: number | undefined;
  readonly rebindSeconds: number | undefined;
}

/** Undefined for what is no DHCP reply. */
export function decodeReply(message: Uint8Array): DhcpReply | undefined {
  if (message.length < OPTIONS || message[0] !== BOOT_REPLY || read32(message, FIXED) !== COOKIE) return undefined;
  const options = readOptions(message);
  const address = (code: number): Ipv4Address => read32(options.get(code) ?? new Uint8Array(4), 0);
  const servers = options.get(Option.dns) ?? new Uint8Array(0);
  return {
    type: options.get(Option.messageType)?.[0] ?? 0,
    transaction: read32(message, 4),
    address: read32(message, 16),
    server: address(Option.server),
    netmask: address(Option.netmask),
    router: address(Option.router),
    dns: Array.from({ length: Math.floor(servers.length / 4) }, (_, at) => read32(servers, 4 * at)),
    ntp: address(Option.ntp),
    leaseSeconds: address(Option.leaseTime) >>> 0,
    renewSeconds: options.has(Option.renewal) ? address(Option.renewal) >>> 0 : undefined,
    rebindSeconds: options.has(Option.rebinding) ? address(Option.rebinding) >>> 0 : undefined,
  };
}

function readOptions(message: Uint8Array): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>();
  for (let at = OPTIONS; at < message.length;) {
    const code = message[at] ?? Option.end;
    if (code === Option.end) break;
    if (code === 0) {
      at++;
      continue;
    }
    const length = message[at + 1] ?? 0;
    options.set(code, message.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return options;
}
