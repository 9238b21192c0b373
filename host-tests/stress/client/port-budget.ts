import { readFileSync, writeFileSync } from 'node:fs';
import { isInsideNamespace } from '../../../tools/virtual-board/wire/namespace.ts';
import type { Mix } from './style.ts';

const RANGE_FILE = '/proc/sys/net/ipv4/ip_local_port_range';
/** Linux takes even ports first and searches for ever longer once half of the range is in TIME_WAIT. */
const USABLE_SHARE = 0.45;

/**
 * How many connections this client may close first within the 60 s of its own TIME_WAIT before `connect` itself becomes
 * slow (measured: 0.03 to 4.9 ms at connection 14 117) and the board would be blamed for it. Infinity on loopback, where
 * Linux uses ports again at once, and where the range is not known.
 */
export function portBudget(address: string): number {
  if (address.startsWith('127.')) return Infinity;
  try {
    if (isInsideNamespace()) writeFileSync(RANGE_FILE, '1024 65535');
    const [low = 0, high = 0] = readFileSync(RANGE_FILE, 'utf8').trim().split(/\s+/).map(Number);
    return Math.floor((high - low + 1) * USABLE_SHARE);
  } catch {
    return Infinity;
  }
}

/** Whether clients of this mix leave TIME_WAIT on their own side. */
export const closesFirst = ({ parts }: Mix): boolean => parts.some(({ style }) => style.close === 'first');
