// Threads are started with JavaScript.
import { start } from '../../../tools/cli/start.js';

await start(new URL('./load-thread-main.ts', import.meta.url));
