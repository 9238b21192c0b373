import pc from 'picocolors';
import { levels } from './case.ts';
import type { CaseResult } from './run.ts';

/** The result for a person: by level, then what failed and why. */
export function conformanceReport(results: readonly CaseResult[]): string {
  const summary = levels.map((level) => {
    const own = results.filter((result) => result.level === level);
    const passed = own.filter((result) => result.passed).length;
    const paint = passed === own.length ? pc.green : level === 'MUST' ? pc.red : pc.yellow;
    return `  ${level.padEnd(7)} ${paint(`${passed} of ${own.length}`)}`;
  });
  const failures = results.filter((result) => !result.passed).map(describeFailure);
  const decisions = results.filter((result) => result.decision !== undefined).length;
  return [
    `\n${pc.bold('HTTP conformance')}, ${results.length} cases`,
    ...summary,
    ...(failures.length > 0 ? ['', pc.bold('not as wanted'), ...failures] : []),
    pc.dim(
      `\n  ${decisions} cases depend on who closes first; a server that gives its client up to 5 s to do it passes.`,
    ),
  ].join('\n');
}

function describeFailure({ level, id, section, about, problems }: CaseResult): string {
  const paint = level === 'MUST' ? pc.red : pc.yellow;
  return `  ${paint(level.padEnd(6))} ${id.padEnd(26)} ${about} ${pc.dim(`(${section})`)}\n${' '.repeat(36)}${problems.join('; ')}`;
}
