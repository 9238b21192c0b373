// Threads are started with JavaScript.
import { start } from '../../../tools/cli/start.js';

await start(new URL('./judge-worker-main.ts', import.meta.url));
