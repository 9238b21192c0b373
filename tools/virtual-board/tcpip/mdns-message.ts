import type { Ipv4Address } from './address.ts';
import { readName } from './dns-message.ts';
import { concat, read16, write16, write32 } from './octets.ts';

/** A service to be found: names end in ".local". */
export interface MdnsService {
  /** e.g. "board.local" */
  readonly host: string;
  /** e.g. "_http._tcp.local" */
  readonly type: string;
  /** e.g. "LED board._http._tcp.local" */
  readonly instance: string;
  readonly port: number;
  /** "key=value" */
  readonly texts: readonly string[];
}

const HEADER = 12;
const RESPONSE = 0x8400;
const TYPE = { a: 1, ptr: 12, txt: 16, srv: 33 } as const;
/** Class IN with the bit that replaces what others know (RFC 6762 section 10.2). */
const UNIQUE = 0x8001;
const SHARED = 0x0001;
/** RFC 6762 section 10: names of hosts live 120 s, others 75 min. */
const HOST_TTL = 120;
const SERVICE_TTL = 4500;

/** Names asked for, in lower case; none for what is no question. */
export function questionsOf(message: Uint8Array): string[] {
  if (message.length < HEADER || (read16(message, 2) & 0x8000) !== 0) return [];
  const names: string[] = [];
  let at = HEADER;
  for (let count = read16(message, 4); count > 0 && at < message.length; count--) {
    const { name, end } = readName(message, at);
    names.push(name.toLowerCase());
    at = end + 4;
  }
  return names;
}

/** Everything about a service in one response: PTR, SRV, TXT and A. */
export function announcementOf(service: MdnsService, address: Ipv4Address): Uint8Array {
  const header = new Uint8Array(HEADER);
  write16(header, 2, RESPONSE);
  write16(header, 6, 4);
  const target = new Uint8Array(4);
  write32(target, 0, address);
  const location = new Uint8Array(6);
  write16(location, 4, service.port);
  const texts = service.texts.length === 0 ? [Uint8Array.of(0)] : service.texts.map(lengthPrefixed);
  return concat([
    header,
    ...record(service.type, TYPE.ptr, SHARED, SERVICE_TTL, encodeName(service.instance)),
    ...record(service.instance, TYPE.srv, UNIQUE, HOST_TTL, concat([location, encodeName(service.host)])),
    ...record(service.instance, TYPE.txt, UNIQUE, SERVICE_TTL, concat(texts)),
    ...record(service.host, TYPE.a, UNIQUE, HOST_TTL, target),
  ]);
}

function record(name: string, type: number, recordClass: number, ttl: number, data: Uint8Array): Uint8Array[] {
  const fixed = new Uint8Array(10);
  write16(fixed, 0, type);
  write16(fixed, 2, recordClass);
  write32(fixed, 4, ttl);
  write16(fixed, 8, data.length);
  return [encodeName(name), fixed, data];
}

function lengthPrefixed(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'latin1').subarray(0, 255);
  return concat([Uint8Array.of(bytes.length), bytes]);
}

/** Labels are split at dots, but for those of an instance's own name, which stand before "._". */
function encodeName(name: string): Uint8Array {
  const split = name.indexOf('._');
  const labels = split > 0 ? [name.slice(0, split), ...name.slice(split + 1).split('.')] : name.split('.');
  const encoded = labels.map((label) => lengthPrefixed(label.slice(0, 63)));
  return concat([...encoded, Uint8Array.of(0)]);
}
