// Threads do not inherit the TypeScript loader of the main thread.
(await import('tsx/esm/api')).register();
await import(new URL('./worker-main.ts', import.meta.url).href);
