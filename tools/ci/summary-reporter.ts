import type { Reporter, TestModule } from 'vitest/node';

/** Ends a test run with the plain line `N passed, N failed`; where CI=true a skipped test is a failure. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0 };
    for (const module of modules) {
      if (module.errors().length > 0) counts.failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') counts.passed++;
        else if (state === 'failed') counts.failed++;
        else {
          counts.skipped++;
          console.log(`skipped: ${module.relativeModuleId}: ${test.fullName}`);
        }
      }
    }
    if (process.env['CI'] === 'true' && counts.skipped > 0) {
      counts.failed += counts.skipped;
      counts.skipped = 0;
      process.exitCode = 1;
    }
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  }
}
