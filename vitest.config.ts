import { defineConfig } from 'vitest/config';
import SummaryReporter from './tools/ci/summary-reporter.ts';

export default defineConfig({
  test: {
    include: ['{firmware,tools,host-tests}/**/*.test.ts'],
    // Of the project as a whole: `npm run test:project`.
    exclude: ['tools/ci/**'],
    pool: 'forks',
    maxWorkers: 2,
    execArgv: ['--import', 'tsx'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ['default', new SummaryReporter()],
  },
});
