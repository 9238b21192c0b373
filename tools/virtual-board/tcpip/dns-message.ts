import type { Ipv4Address } from './address.ts';
import { read16, read32, write16 } from './octets.ts';

/** RFC 1035 section 4.1.1. */
const HEADER = 12;
const RECURSION_DESIRED = 0x0100;
const RESPONSE = 0x8000;
const RESPONSE_CODE = 0x000f;
const TYPE_A = 1;
const CLASS_IN = 1;

/** A question for the address of a host. */
export function encodeQuery(id: number, name: string): Uint8Array {
  const labels = name.split('.').map((label) => Buffer.from(label, 'latin1'));
  const size = labels.reduce((sum, label) => sum + 1 + label.length, 1);
  const message = new Uint8Array(HEADER + size + 4);
  write16(message, 0, id);
  write16(message, 2, RECURSION_DESIRED);
  write16(message, 4, 1);
  let at = HEADER;
  for (const label of labels) {
    message[at] = label.length;
    message.set(label, at + 1);
    at += 1 + label.length;
  }
  write16(message, at + 1, TYPE_A);
  write16(message, at + 3, CLASS_IN);
  return message;
}

export interface DnsResponse {
  readonly id: number;
  /** The name asked for. */
  readonly name: string;
  readonly isError: boolean;
  /** Undefined when there is none. */
  readonly address: Ipv4Address | undefined;
}

/** A header, the shortest question and the fixed part of an answer, as lwIP counts them. */
const SHORTEST_ANSWER = HEADER + 4 + 10;
const LONGEST_ANSWER = 512;

/** Undefined for what is no answer to one question, or of a length that lwIP does not look at. */
export function decodeAnswer(message: Uint8Array): DnsResponse | undefined {
  if (message.length < SHORTEST_ANSWER || message.length > LONGEST_ANSWER) return undefined;
  const flags = read16(message, 2);
  if ((flags & RESPONSE) === 0 || read16(message, 4) !== 1) return undefined;
  const question = readName(message, HEADER);
  const isError = (flags & RESPONSE_CODE) !== 0;
  const response = { id: read16(message, 0), name: question.name, isError, address: undefined };
  if (isError) return response;
  let at = question.end + 4;
  for (let count = read16(message, 6); count > 0 && at < message.length; count--) {
    const start = readName(message, at).end;
    const length = read16(message, start + 8);
    if (read16(message, start) === TYPE_A && read16(message, start + 2) === CLASS_IN && length === 4) {
      return { ...response, address: read32(message, start + 10) };
    }
    at = start + 10 + length;
  }
  return response;
}

/** A name and where it ends. Of a compressed name (RFC 1035 section 4.1.4) only the part before the pointer is read. */
export function readName(message: Uint8Array, from: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = from;
  while (at < message.length) {
    const length = message[at] ?? 0;
    if (length === 0) return { name: labels.join('.'), end: at + 1 };
    if (length >= 0xc0) return { name: labels.join('.'), end: at + 2 };
    labels.push(Buffer.from(message.subarray(at + 1, at + 1 + length)).toString('latin1'));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at };
}
