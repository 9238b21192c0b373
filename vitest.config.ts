import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{firmware,tools,host-tests}/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    execArgv: ['--import', 'tsx'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ['default', './tools/ci/summary-reporter.ts'],
  },
});
