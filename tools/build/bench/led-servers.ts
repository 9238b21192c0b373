import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readChunk } from '../../bytecode/read-chunk.ts';
import { stripNames } from '../../bytecode/strip.ts';
import { writeChunk } from '../../bytecode/write-chunk.ts';
import { build } from '../build.ts';
import { compileLua } from '../compile-lua.ts';
import { firmwareRoot } from '../project.ts';
import { type ServerCost, runServer } from './run-server.ts';

export const ledServerFolder = `${firmwareRoot}examples/led-server`;

/** A server as bytecode of the device, by module name. */
export type ServerCode = ReadonlyMap<string, Uint8Array>;

/** The LED server as the build makes it from TypeScript. */
export async function builtServer(): Promise<ServerCode> {
  const outDir = path.join(mkdtempSync(path.join(tmpdir(), 'last-ack-bench-')), 'out');
  try {
    const options = { project: firmwareRoot, entry: 'examples/led-server/main.ts', outDir, measure: false };
    const { manifest } = await build(options);
    const files = manifest.files.filter((file) => file.name.endsWith('.lc'));
    return new Map(files.map(({ name }) => [path.parse(name).name, readFileSync(path.join(outDir, name))]));
  } finally {
    rmSync(path.dirname(outDir), { recursive: true, force: true });
  }
}

/** The same server written by hand in Lua, compiled to the same format with the same debug information. */
export function serverByHand(): ServerCode {
  const folder = path.join(ledServerFolder, 'by-hand');
  return new Map(
    readdirSync(folder).map((file) => {
      const chunk = compileLua(readFileSync(path.join(folder, file), 'utf8'), `@${file}`);
      return [path.parse(file).name, writeChunk(stripNames(readChunk(chunk, 'stock')), 'device')];
    }),
  );
}

export function codeSize(code: ServerCode): number {
  return [...code.values()].reduce((sum, bytes) => sum + bytes.length, 0);
}

function post(body: string): string {
  return `POST /api/leds HTTP/1.1\r\nHost: board\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** One of each kind of request, good and bad; the costs per request are compared over all of them. */
export const requests: readonly string[] = [
  'GET / HTTP/1.1\r\nHost: board\r\n\r\n',
  'HEAD / HTTP/1.1\r\nHost: board\r\n\r\n',
  'GET /api/leds HTTP/1.1\r\nHost: board\r\n\r\n',
  'GET /api/status?x=1 HTTP/1.1\r\nHost: board\r\n\r\n',
  post('name=red&state=blink&period=250'),
  post('name=red&state=off'),
  post('name=green&state=on'),
  post('name=nobody&state=on'),
  post('name=red&state=on&period=5'),
  'GET /nowhere HTTP/1.1\r\nHost: board\r\n\r\n',
  'nonsense\r\n\r\n',
  'POST /api/leds HTTP/1.1\r\nContent-Length: 600\r\n\r\n',
  `GET / HTTP/1.1\r\nX-Long: ${'x'.repeat(1100)}`,
];

export function measureServer(code: ServerCode): ServerCost {
  return runServer(code, requests);
}
