import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.ts';

/** What .ci/run tries besides `npm test`: the documents' commands, the package, licences, security. Minutes. */
export default defineConfig({ test: { ...base.test, include: ['tools/ci/**/*.test.ts'], exclude: [] } });
