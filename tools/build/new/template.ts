/** The files of a new project, by path. `dependency` is what package.json says of this package. */
export function projectFiles(name: string, dependency: string): Record<string, string> {
  return {
    'package.json': json({
      name,
      private: true,
      type: 'module',
      scripts: {
        build: 'last-ack build',
        dev: 'last-ack build --watch',
        test: 'last-ack build && node --test',
        stress: 'last-ack build && last-ack stress --virtual --quick',
        upload: 'last-ack build && last-ack upload',
      },
      devDependencies: { 'last-ack': dependency },
      'last-ack': { budgets: { total: { bytes: 16000 } } },
    }),
    'tsconfig.json': json({ extends: 'last-ack/firmware/tsconfig.base.json', include: ['src'] }),
    '.gitignore': 'node_modules/\ndist/\n',
    'src/main.ts': mainModule,
    'src/blink.ts': blinkModule,
    'src/hello.ts': helloModule,
    'test/blink.test.js': boardTest,
    'README.md': readme(name),
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

const mainModule = `import { serve } from './net/serve.ts';
import { connect } from './system/link.ts';
import { blink } from './blink.ts';

/** The LED on most ESP8266 boards: D4, lit when low. */
blink(4, 500);

/** A web server on the connection manager, which survives its clients; the answer to one too many comes last. */
serve(80, $module('./hello.ts'), 'HTTP/1.1 503 Service Unavailable\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n');
connect(tmr.create());
`;

const helloModule = `import { At, type Connection } from './net/connection.ts';
import { answer } from './net/manager.ts';

/** Bytes of a request that are waited for. */
const enum Limit {
  REQUEST = 1024,
}

function respond(connection: Connection, status: string, body: string, isHead: boolean): void {
  const head = \`HTTP/1.1 \${status}\\r\\nContent-Type: text/plain\\r\\nContent-Length: \${body.length}\\r\\nConnection: close\\r\\n\\r\\n\`;
  answer(connection, isHead ? head : head + body);
}

/** Gets all that a client has sent; what is not a whole request yet is put back. */
export function receive(this: void, connection: Connection, input: string): void {
  if (input.find('\\r\\n\\r\\n', 1, true)[0] !== undefined) {
    respond(connection, '200 OK', \`hello, \${node.heap()} bytes free\\n\`, input.sub(1, 5) === 'HEAD ');
  } else if (input.length > Limit.REQUEST) {
    respond(connection, '431 Request Header Fields Too Large', '', false);
  } else {
    connection[At.Input] = input;
  }
}

/** The request came too slowly, or there was an error. */
export function abandon(this: void, connection: Connection, why: 'late' | 'error'): void {
  respond(connection, why === 'late' ? '408 Request Timeout' : '500 Internal Server Error', '', false);
}
`;

const blinkModule = `let isLit = false;

/** Turns a LED on and off. \`pin\` is a number as printed on the board, \`period\` in milliseconds. */
export function blink(pin: gpio.Pin, period: number): void {
  gpio.mode(pin, gpio.OUTPUT);
  tmr.create().alarm(period, tmr.ALARM_AUTO, () => {
    isLit = !isLit;
    gpio.write(pin, isLit ? gpio.LOW : gpio.HIGH);
  });
}
`;

const boardTest = `import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

/** Starts a virtual board with the built files and gives what happens on it, event by event. */
async function* boardEvents() {
  const board = spawn(
    process.execPath,
    ['node_modules/last-ack/tools/cli/last-ack.js', 'board', '--files', 'dist/firmware', '--net', 'wire', '--json'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    for await (const line of createInterface({ input: board.stdout })) {
      const { event } = JSON.parse(line);
      if (event) yield event;
    }
  } finally {
    board.kill();
  }
}

test('the LED on D4 (GPIO2) goes on and off every half second', { timeout: 30_000 }, async () => {
  const changes = [];
  for await (const event of boardEvents()) {
    if (event.type === 'pin' && event.gpio === 2) changes.push(event);
    if (changes.length === 4) break;
  }
  assert.deepEqual(changes.slice(-3).map((change) => change.level), [1, 0, 1]);
  const [, second, third] = changes;
  assert.ok(third.t - second.t > 400, \`only \${third.t - second.t} ms apart\`);
});
`;

function readme(name: string): string {
  return `# ${name}

Firmware for an ESP8266 with NodeMCU, in TypeScript.

    npm install
    npm test            # builds, and runs it on a virtual board
    npm run stress      # hammers it there, and judges how every connection ended
    npm run upload      # builds, and puts it onto the board on the serial port

\`src/main.ts\` runs at boot, \`src/hello.ts\` answers on port 80, on top of the connection manager in \`src/net\`. \`npm run dev\` builds at every change. The board joins the network
in \`firmware/wifi.local.json\`: \`{"ssid": "...", "password": "..."}\`, or that of \`last-ack upload --ssid NAME --password PASSWORD\`.
`;
}
