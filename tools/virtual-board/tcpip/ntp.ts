import { read32 } from './octets.ts';

/** RFC 4330: a message of 48 bytes; leap 3 (unknown), version 4, mode 3 (client). */
const LENGTH = 48;
const CLIENT = 0xe3;
const SERVER_MODE = 4;
/** Seconds from 1900, where NTP begins, to 1970. */
const UNIX_EPOCH = 2_208_988_800;

export interface NtpReply {
  /** Unix time. */
  readonly seconds: number;
  readonly microseconds: number;
  readonly stratum: number;
  readonly leap: number;
}

export function encodeNtpRequest(): Uint8Array {
  const message = new Uint8Array(LENGTH);
  message[0] = CLIENT;
  return message;
}

/** Undefined for what is no answer of a synchronized server. */
export function decodeNtpReply(message: Uint8Array): NtpReply | undefined {
  const [first = 0, stratum = 0] = message;
  if (message.length < LENGTH || (first & 7) !== SERVER_MODE || stratum === 0) return undefined;
  const seconds = (read32(message, 40) >>> 0) - UNIX_EPOCH;
  const microseconds = Math.floor(((read32(message, 44) >>> 0) / 0x100000000) * 1e6);
  return { seconds, microseconds, stratum, leap: first >>> 6 };
}
