import type { StressReport } from './report/stress-report.ts';

/** Why a run proves nothing, with what to do about it; empty when it does prove something. */
export function invalidReasons(report: Pick<StressReport, 'evidence' | 'steps' | 'partial'>): string[] {
  const { evidence, steps, partial } = report;
  const empty = partial ? [] : steps.filter(({ connections }) => connections === 0);
  const opened = steps.reduce((sum, { connections }) => sum + connections, 0);
  const faults = steps.reduce((sum, { outcomes }) => sum + (outcomes.harness ?? 0), 0);
  return [
    ...(evidence.drops > 0
      ? [`the capture lost ${evidence.drops} frames, so verdicts are not certain: lower the load, or --capture none`]
      : []),
    ...empty.map(({ name, capped }) =>
      capped
        ? `step ${name} opened no connection, every local port was in TIME_WAIT: give more --sources, or wait a minute`
        : `step ${name} opened no connection: give it more time (--step)`,
    ),
    ...(opened > 0 && faults === opened
      ? ['no connection left this machine, for want of ports, addresses or descriptors: see the outcomes']
      : []),
  ];
}
