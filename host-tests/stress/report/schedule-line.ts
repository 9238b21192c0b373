import { formatCount, formatMs } from './format.ts';
import type { StepReport } from './stress-report.ts';

/**
 * What a step's own times leave out: for an open loop what was offered, how long users waited who came on time and how
 * late the harness was; for a closed loop with a pause the times corrected for coordinated omission. Empty for a closed
 * loop without a pause: nothing can be corrected there, and the maximum tells most.
 */
export function scheduleLine(step: StepReport): string {
  const { offeredPerSecond, intended, lateness, corrected, mostOpen, skipped, capped } = step;
  const parts = [
    offeredPerSecond !== undefined && `offered ${offeredPerSecond.toFixed(offeredPerSecond < 100 ? 1 : 0)}/s`,
    offeredPerSecond !== undefined && `at most ${formatCount(mostOpen)} open`,
    intended && `from the intended start ${times(intended)}`,
    lateness && `harness late p50 ${formatMs(lateness.p50)}, p99 ${formatMs(lateness.p99)}`,
    corrected && `corrected for coordinated omission ${times(corrected)}`,
    skipped > 0 && `${formatCount(skipped)} not opened`,
    capped && 'waited for local ports',
  ];
  return parts.filter((part) => typeof part === 'string').join('; ');
}

const times = ({ p50, p90, p99, max }: StepReport['response']): string =>
  `p50 ${formatMs(p50)}, p90 ${formatMs(p90)}, p99 ${formatMs(p99)}, max ${formatMs(max)}`;
