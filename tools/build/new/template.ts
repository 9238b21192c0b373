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
        upload: 'last-ack build && last-ack upload',
      },
      devDependencies: { 'last-ack': dependency },
      'last-ack': { budgets: { total: { bytes: 8000 } } },
    }),
    'tsconfig.json': json({ extends: 'last-ack/firmware/tsconfig.base.json', include: ['src'] }),
    '.gitignore': 'node_modules/\ndist/\n',
    'src/main.ts': mainModule,
    'src/blink.ts': blinkModule,
    'test/blink.test.js': boardTest,
    'README.md': readme(name),
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

const mainModule = `import { blink } from './blink.ts';

/** The LED on most ESP8266 boards: D4, lit when low. */
blink(4, 500);
print(\`blinking, \${node.heap()} bytes free\`);
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
    npm run upload      # builds, and puts it onto the board on the serial port

\`src/main.ts\` runs at boot. \`npm run dev\` builds at every change.
`;
}
