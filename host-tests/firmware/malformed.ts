import fc from 'fast-check';

/** What a client does once its last piece is on its way. */
type Ending =
  /** Closes when a response is complete, and waits for one as long as it takes. */
  | 'reads'
  /** Leaves the close to the board. */
  | 'waits'
  /** Sends FIN without waiting for anything. */
  | 'leaves'
  /** Sends RST without waiting for anything. */
  | 'aborts';

/** One connection of a client that may not know HTTP. */
export interface Script {
  /** One character per byte; each piece is a write of its own. */
  pieces: readonly string[];
  /** Between the pieces, and before a client goes that does not wait. */
  gapMs: number;
  ending: Ending;
}

const method = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'OPTIONS') },
  { weight: 2, arbitrary: fc.constantFrom('DELETE', 'TRACE', 'CONNECT', 'BREW', 'get', 'G T', '', 'X'.repeat(600)) },
);
const target = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('/', '/api/leds', '/api/status', '/api/config', '/metrics') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...['*', '', '/%', '/%00', '/%61pi/leds', '//', '/?a=%zz#f', 'http://a/', 'http://a/api/leds', 'https://a/'],
      ...['/api/leds/../config', `/${'a'.repeat(501)}`, `/${'%41'.repeat(300)}`, '/\r\nSet-Cookie: a=b', '/%0d%0aA: b'],
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);
const version = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('HTTP/1.1', 'HTTP/1.0') },
  { weight: 1, arbitrary: fc.constantFrom('HTTP/1.', 'HTTP/9.9', 'HTTP/1.1 ', 'http/1.1', 'HTTP/2.0', '', 'ICY 1') },
);
const lineEnd = fc.oneof(
  { weight: 12, arbitrary: fc.constant('\r\n') },
  { weight: 1, arbitrary: fc.constantFrom('\n', '\r', '\n\r', '\0', '\r\r\n') },
);
const length = fc.oneof(
  fc.nat({ max: 40 }),
  fc.constantFrom('-1', '+5', '0x10', '1e1', '5, 5', '', '512', '513', '9'.repeat(30)),
);
const field = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('Host: a', 'Connection: close', 'Connection: keep-alive', 'host: b:80', 'Host: a/b'),
  },
  { weight: 3, arbitrary: length.map((value) => `Content-Length: ${value}`) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...['Transfer-Encoding: chunked', 'Transfer-Encoding: gzip, chunked', 'Transfer-Encoding : chunked'],
      ...['Expect: 100-continue', 'Expect: a', 'If-None-Match: *', 'If-None-Match: "', 'Authorization: Bearer wrong'],
      ...['Range: bytes=0-', 'Upgrade: h2c', ': x', 'A b: c', ' folded', '\tfolded', 'X\0: a', 'X: a\0b', 'X', ''],
      ...[`A: ${'b'.repeat(300)}`, `${'n'.repeat(900)}: v`, `X: ${' '.repeat(1500)}`],
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);
const led = fc.record(
  {
    name: fc.constantFrom('D4', 'D0', 'nobody', '', 'D4\\"', 7),
    state: fc.constantFrom('on', 'off', 'toggle', 'blink', 'sequence', 'glow', '', undefined),
    period: fc.oneof(fc.integer({ min: -1, max: 70_000 }), fc.constantFrom('1e9', 'nan', '-inf', 0.5)),
    duty: fc.integer({ min: -1, max: 101 }),
    steps: fc.array(fc.integer({ min: 0, max: 70_000 }), { maxLength: 20 }),
  },
  { requiredKeys: [] },
);
const json = led.map((value) => JSON.stringify(value));
const form = led.map((value) =>
  Object.entries(value)
    .map(([name, one]) => `${name}=${String(one)}`)
    .join('&'),
);
const chunk = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .string({ unit: 'binary-ascii', maxLength: 40 })
      .map((text) => `${text.length.toString(16)}\r\n${text}\r\n`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'zz\r\n',
      '5;a=b\r\nabcde\r\n',
      '-1\r\n',
      'ffffffff\r\n',
      '5\r\nabcdefg\r\n',
      '3\r\nabc',
    ),
  },
);
const chunks = fc
  .tuple(fc.array(chunk, { maxLength: 5 }), fc.constantFrom('0\r\n\r\n', '0\r\nA: b\r\n\r\n', '0\r\n', ''))
  .map(([parts, end]) => parts.join('') + end);
const body = fc.oneof(
  { weight: 2, arbitrary: fc.constant('') },
  { weight: 3, arbitrary: json },
  { weight: 2, arbitrary: form },
  { weight: 3, arbitrary: chunks },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3000 }) },
);

/** Fields that fit the body most of the time: otherwise hardly any body would be read. */
const framed = fc.tuple(body, fc.constantFrom('none', 'length', 'chunked')).map(([text, framing]) => {
  if (framing === 'length') return { text, fields: [`Content-Length: ${text.length}`] };
  return { text, fields: framing === 'chunked' ? ['Transfer-Encoding: chunked'] : [] };
});

/** Wrong in any way. */
const wild = fc
  .tuple(method, target, version, lineEnd, fc.array(field, { maxLength: 5 }), framed, fc.boolean())
  .map(([verb, path, http, end, fields, { text, fields: framing }, hasHost]) =>
    [`${verb} ${path} ${http}`, ...(hasHost ? ['Host: a'] : []), ...framing, ...fields, '', text].join(end),
  );

/** Good but for one thing at most: a request has to be understood to go wrong further on. */
const nearlyGood = fc
  .tuple(
    fc.constantFrom('GET /', 'HEAD /', 'GET /api/leds', 'POST /api/leds', 'POST /api/leds', 'PUT /api/config'),
    fc.constantFrom('HTTP/1.1', 'HTTP/1.0'),
    fc.array(field, { maxLength: 1 }),
    framed,
  )
  .map(([start, http, fields, { text, fields: framing }]) =>
    [`${start} ${http}`, 'Host: a', ...framing, ...fields, '', framing.length > 0 ? text : ''].join('\r\n'),
  );

const request = fc.oneof({ weight: 1, arbitrary: wild }, { weight: 3, arbitrary: nearlyGood });

interface Mutation {
  kind: 'flip' | 'drop' | 'repeat' | 'insert' | 'cut';
  /** Where, as a share of the length. */
  at: number;
  size: number;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('flip', 'drop', 'repeat', 'insert', 'cut'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  size: fc.integer({ min: 1, max: 60 }),
});

function mutate(text: string, { kind, at, size }: Mutation): string {
  const from = Math.floor(at * text.length);
  const to = from + size;
  const [before, middle, after] = [text.slice(0, from), text.slice(from, to), text.slice(to)];
  switch (kind) {
    case 'flip':
      return before + String.fromCharCode((text.charCodeAt(from) || 0) ^ (1 << (size % 8))) + text.slice(from + 1);
    case 'drop':
      return before + after;
    case 'repeat':
      return before + middle.repeat(3) + after;
    case 'insert':
      return before + String.fromCharCode(size % 33).repeat(size) + middle + after;
    case 'cut':
      return before;
  }
}

function split(text: string, places: readonly number[]): string[] {
  const cuts = places.map((place) => Math.floor(place * text.length)).sort((a, b) => a - b);
  const pieces = [0, ...cuts].map((from, index) => text.slice(from, cuts[index] ?? text.length));
  return pieces.filter((piece) => piece !== '');
}

/** Requests by the grammar of HTTP, bent, joined and cut anywhere. */
export const script: fc.Arbitrary<Script> = fc
  .tuple(
    fc.oneof(
      { weight: 5, arbitrary: fc.array(request, { minLength: 1, maxLength: 1 }) },
      { weight: 1, arbitrary: fc.array(request, { maxLength: 4 }) },
    ),
    fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(mutation, { maxLength: 2 }) }),
    fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
    fc.constantFrom(0, 1, 20, 150),
    fc.oneof(
      { weight: 12, arbitrary: fc.constant('reads' as const) },
      { weight: 3, arbitrary: fc.constantFrom('leaves' as const, 'aborts' as const) },
      { weight: 1, arbitrary: fc.constant('waits' as const) },
    ),
  )
  .map(([requests, mutations, places, gapMs, ending]) => {
    const text = mutations.reduce(mutate, requests.join('').replace(/[^\0-\xff]/g, '?'));
    return { pieces: split(text, places), gapMs, ending };
  });
