import { verdictInfo, verdictNames } from '../verdict/verdict.ts';
import { thresholdState } from './format.ts';
import type { StressReport } from './stress-report.ts';

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Thresholds as test cases, in the XML that CI systems read; a partial or invalid run is an error. */
export function junitReport(report: StressReport): string {
  const { target, thresholds, partial, invalid } = report;
  const suite = `stress ${target.host}:${target.port}`;
  const cases = thresholds.map((threshold) => {
    const { text, actual, note } = threshold;
    const state = thresholdState(threshold);
    const head = `    <testcase classname="${escape(suite)}" name="${escape(text)}" time="0"`;
    if (state === 'unknown') return `${head}><skipped message="${escape(note ?? 'not observed')}"/></testcase>`;
    if (state === 'good') return `${head}/>`;
    return `${head}><failure message="${escape(`${text}: ${actual ?? ''}${note ? ` ${note}` : ''}`)}">${escape(verdictLines(report))}</failure></testcase>`;
  });
  const errors = [...(partial ? ['the run was interrupted'] : []), ...invalid].map(
    (reason) => `    <testcase classname="${escape(suite)}" name="run"><error message="${escape(reason)}"/></testcase>`,
  );
  const counted = [...cases, ...errors];
  const failures = thresholds.filter(({ passed }) => !passed).length;
  const skipped = thresholds.filter(({ actual, passed }) => actual === undefined && passed).length;
  const seconds = (report.durationMs / 1000).toFixed(3);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="${escape(suite)}" tests="${counted.length}" failures="${failures}" errors="${errors.length}" skipped="${skipped}" time="${seconds}" timestamp="${report.startedAt}">
${counted.join('\n')}
  </testsuite>
</testsuites>
`;
}

const verdictLines = ({ totals }: StressReport): string =>
  verdictNames
    .filter((name) => totals.verdicts[name])
    .map((name) => `${name} ${totals.verdicts[name] ?? 0} (${verdictInfo[name].meaning})`)
    .join('\n');
