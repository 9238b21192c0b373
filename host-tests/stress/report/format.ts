import { LEAK_BYTES, type LeakSlope } from '../board/leak.ts';
import type { ThresholdResult } from './stress-report.ts';

/** Milliseconds for a person: three digits, a unit that fits. */
export function formatMs(milliseconds: number): string {
  if (milliseconds === 0) return '0';
  if (milliseconds < 1) return `${(milliseconds * 1000).toFixed(0)} µs`;
  if (milliseconds < 10) return `${milliseconds.toFixed(2)} ms`;
  if (milliseconds < 100) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1000) return `${milliseconds.toFixed(0)} ms`;
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
}

/** Bytes for a person. */
export const formatBytes = (bytes: number): string =>
  bytes < 10_000 ? `${bytes.toFixed(0)} B` : `${(bytes / 1000).toFixed(1)} kB`;

/** Never rounds something to nothing, nor almost all to all. */
export function formatPercent(part: number, whole: number): string {
  if (whole === 0 || part === 0) return '0 %';
  if (part === whole) return '100 %';
  const percent = (100 * part) / whole;
  if (percent < 0.1) return '<0.1 %';
  return percent > 99.9 ? '>99.9 %' : `${percent.toFixed(1)} %`;
}

export const formatCount = (number: number): string => number.toLocaleString('en-US').replaceAll(',', ' ');

/** Without a figure a threshold that passes was never put to the test. */
export const thresholdState = ({ actual, passed }: ThresholdResult): 'good' | 'bad' | 'unknown' =>
  passed ? (actual === undefined ? 'unknown' : 'good') : 'bad';

/** A leak slope with its confidence, in a few words. */
export function formatLeak({ bytesPerConnection, low, high, connections, isLeak }: LeakSlope): string {
  const bytes = (value: number): string => (Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(0));
  const size = `${bytes(bytesPerConnection)} B per connection (95 %: ${bytes(low)} to ${bytes(high)})`;
  if (isLeak)
    return `heap leaks ${size}, ${formatBytes(bytesPerConnection * connections)} over ${formatCount(connections)} of them`;
  if (low <= 0) return `no leak seen, slope ${size}`;
  const why = low * connections < LEAK_BYTES ? `less than ${LEAK_BYTES} B in all are certain` : 'it did not go on';
  return `heap fell by ${size}, but ${why}: not called a leak`;
}
