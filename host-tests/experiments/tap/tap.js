// Processes in a namespace of their own are started with JavaScript.
import { start } from '../../../tools/cli/start.js';

await start(new URL('./main.ts', import.meta.url));
