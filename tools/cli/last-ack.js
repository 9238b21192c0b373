#!/usr/bin/env node
// Runs the compiled program where the package ships it, the TypeScript sources in a checkout.
import { existsSync } from 'node:fs';

const compiled = new URL('../../dist/host/tools/cli/main.js', import.meta.url);
const source = new URL('./main.ts', import.meta.url);

if (existsSync(source)) {
  const { register } = await import('tsx/esm/api');
  register();
  await import(source.href);
} else {
  await import(compiled.href);
}
