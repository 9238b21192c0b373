import type { StressReport } from './stress-report.ts';

export function htmlReport(report: StressReport): Promise<string> {
  return Promise.resolve(JSON.stringify(report));
}
