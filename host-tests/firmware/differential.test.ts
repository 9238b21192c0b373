import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runVariants } from '../../tools/build/differential/variants.ts';
import { script } from './malformed.ts';
import { runAsJavascript } from './run-as-javascript.ts';

const SOURCES = [
  ...['runtime.ts', 'http/parse.ts', 'http/body.ts', 'http/request.ts', 'http/fields.ts'],
  ...['led/leds.ts', 'led/line.ts', 'led/change.ts', 'net/connection.ts', 'net/sizing.ts'],
];

const read = (name: string): string => readFileSync(new URL(`../../firmware/src/${name}`, import.meta.url), 'latin1');

/** A change that makes sense more often than not, as JSON and as a form. */
const change = fc
  .record(
    {
      name: fc.constantFrom('D4', 'D0', 'D4', 'nobody'),
      state: fc.constantFrom('on', 'off', 'toggle', 'blink', 'sequence', 'glow'),
      period: fc.oneof(fc.integer({ min: 30, max: 61_000 }), fc.constantFrom('1e3', '0x80', 'nan', 50.5)),
      duty: fc.integer({ min: 0, max: 101 }),
      steps: fc.array(fc.integer({ min: 15, max: 60_100 }), { maxLength: 6 }),
    },
    { requiredKeys: ['name'] },
  )
  .chain((wish) =>
    fc.constantFrom(
      JSON.stringify(wish),
      Object.entries(wish)
        .map((pair) => pair.join('='))
        .join('&'),
    ),
  );

/** Parses every input and, as the routes do, reads what its body asks of a LED. */
const main = (inputs: readonly string[]): string => `
import { readBody } from './http/body.ts';
import { parse } from './http/parse.ts';
import type { Request } from './http/request.ts';
import { readChange } from './led/change.ts';
import { leds } from './led/leds.ts';
import { lineOf } from './led/line.ts';
import { windows } from './net/sizing.ts';

function shown(text: string): string {
  const [escaped] = text.gsub('[^ -~]', (byte) => \`<\${byte.byte()}>\`);
  return escaped;
}

function look(hexadecimal: string): void {
  const [input] = hexadecimal.gsub('..', (digits) => string.char(tonumber(digits, 16)!));
  const request: Request = { method: '', path: '', body: '', minor: 1, fields: '\\n', input, start: 1, size: 0 };
  const status = parse(input, request);
  const { method, path, body, minor, fields, size } = request;
  print(shown(\`\${status} \${method} \${path} \${minor} \${size} \${fields} \${body}\`));
  const [index, led] = readChange(body === '' ? input : body);
  print(index === undefined ? 'nothing' : shown(\`\${index} \${lineOf(led)}\`));
}

(_G as Record<string, unknown>)['gpio'] = { LOW: 0, HIGH: 1 };
leds.push('off 1000 50  0 0 D0');
leds.push('blink 600 20 100,200 4 0 D4');
${inputs.map((input) => `look('${Buffer.from(input, 'latin1').toString('hex')}');`).join('\n')}
for (const connections of $range(0, 6)) {
  const [receive, send] = windows(20000, connections);
  print(\`\${receive} \${send}\`);
}
print(readBody === undefined ? 'absent' : 'present');
`;

it('does the same as JavaScript and as Lua, however it is built, with whatever is sent', async () => {
  const requests = fc.sample(script, { numRuns: 200, seed: 11 }).map(({ pieces }) => pieces.join(''));
  const inputs = [...requests, ...fc.sample(change, { numRuns: 150, seed: 11 })];
  const files = {
    ...Object.fromEntries(SOURCES.map((name) => [name, read(name)])),
    'main.ts': main(inputs.filter((input) => input.length < 1000)),
  };
  const expected = runAsJavascript(files);
  expect(expected).toMatch(/^200 POST/m);
  expect(expected).toMatch(/^[01] (on|off|blink|sequence) \d+ /m);
  for (const [variant, printed] of Object.entries(await runVariants(files))) expect(printed, variant).toBe(expected);
}, 120_000);
