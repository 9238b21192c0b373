// Threads do not inherit the TypeScript loader of the main thread.
import { existsSync } from 'node:fs';

const source = new URL('./load-thread-main.ts', import.meta.url);
if (existsSync(source)) (await import('tsx/esm/api')).register();
await import(existsSync(source) ? source.href : './load-thread-main.js');
