import { ExitCode, UserError } from '../../../tools/cli/exit.ts';

/** What a client does on one connection, as plain data. Every style is one of these with few fields set. */
export interface Style {
  /** As it is written: name, colon, number. */
  name: string;
  /** `eof`: wait for the device's FIN; `first`: send FIN after the last response; `reset`: send RST then. */
  close: 'eof' | 'first' | 'reset';
  /** Milliseconds between the device's FIN and ours. */
  halfOpenMs: number;
  /** Requests on one connection; 0 = none, wait `idleMs` and close. */
  requests: number;
  /** All requests at once, without waiting for responses. */
  pipelined: boolean;
  idleMs: number;
  /** The request leaves in eight pieces with this many milliseconds between them. */
  pieceMs: number;
  /** Reading stops for this many milliseconds after each piece of response. */
  readPauseMs: number;
  /** A second connection is opened beside it and never used, as Chromium does; it is a connection of its own. */
  speculative: boolean;
}

const plain: Style = {
  name: 'read-to-eof',
  close: 'eof',
  halfOpenMs: 0,
  requests: 1,
  pipelined: false,
  idleMs: 0,
  pieceMs: 0,
  readPauseMs: 0,
  speculative: false,
};

/** The second connection of a speculative client: it says nothing until the first one is done. */
export const companion: Style = {
  ...plain,
  name: 'speculative, unused',
  close: 'first',
  requests: 0,
  idleMs: 2 ** 31 - 1,
};

interface StyleKind {
  summary: string;
  /** Meaning and default of the number behind the colon; absent when it takes none. */
  number?: { meaning: string; usual: number };
  make: (number: number) => Partial<Style>;
}

/** The styles by name, for help texts and for reading them. */
export const styleKinds: Readonly<Record<string, StyleKind>> = {
  'read-to-eof': { summary: 'waits for the FIN of the board', make: () => ({}) },
  'client-first': { summary: 'closes as soon as the response is complete', make: () => ({ close: 'first' }) },
  'half-open': {
    summary: 'keeps its own side open after the FIN of the board',
    number: { meaning: 'ms', usual: 2000 },
    make: (halfOpenMs) => ({ halfOpenMs }),
  },
  reset: { summary: 'sends RST once the response is complete', make: () => ({ close: 'reset' }) },
  'keep-alive': {
    summary: 'makes several requests on one connection',
    number: { meaning: 'requests', usual: 10 },
    make: (requests) => ({ requests, close: 'first' }),
  },
  pipelined: {
    summary: 'sends several requests without waiting for responses',
    number: { meaning: 'requests', usual: 4 },
    make: (requests) => ({ requests, pipelined: true, close: 'first' }),
  },
  'slow-headers': {
    summary: 'sends the request in eight pieces',
    number: { meaning: 'ms between pieces', usual: 250 },
    make: (pieceMs) => ({ pieceMs, close: 'first' }),
  },
  'slow-reader': {
    summary: 'stops reading after each piece of response',
    number: { meaning: 'ms of pause', usual: 200 },
    make: (readPauseMs) => ({ readPauseMs }),
  },
  'connect-and-wait': {
    summary: 'connects, says nothing, closes',
    number: { meaning: 'ms', usual: 2000 },
    make: (idleMs) => ({ requests: 0, idleMs, close: 'first' }),
  },
  speculative: {
    summary: 'opens a second connection beside the first and never uses it, as Chromium does',
    make: () => ({ speculative: true, close: 'first' }),
  },
};

/** Reads a style such as `client-first` or `half-open:500`. */
export function parseStyle(text: string): Style {
  const [kindName = '', numberText] = text.split(':');
  const kind = styleKinds[kindName];
  const number = numberText === undefined ? (kind?.number?.usual ?? 0) : Number(numberText);
  const takesIt = numberText === undefined || kind?.number !== undefined;
  if (!kind || !takesIt || !Number.isInteger(number) || (kind.number && number < 1))
    throw new UserError(
      `Not a client style: ${JSON.stringify(text)}.`,
      `Styles: ${Object.entries(styleKinds).map(describeKind).join(', ')}.`,
      ExitCode.usage,
    );
  return { ...plain, name: text, ...kind.make(number) };
}

const describeKind = ([name, { number }]: [string, StyleKind]): string =>
  number ? `${name}:<${number.meaning}>` : name;

/** One style, or several of which each connection takes one by chance. */
export interface Mix {
  name: string;
  /** Weights need not add up to anything. */
  parts: readonly { style: Style; weight: number }[];
}

/** Reads a style, or a mix such as `read-to-eof=7,client-first=2,speculative=1`. */
export function parseMix(text: string): Mix {
  const parts = text.split(',').map((part) => {
    const [style = '', weight = '1'] = part.trim().split('=');
    return { style: parseStyle(style), weight: Number(weight) };
  });
  if (parts.some(({ weight }) => !(weight > 0)))
    throw new UserError(
      `Not a mix of client styles: ${JSON.stringify(text)}.`,
      'Write styles with their weights: read-to-eof=7,client-first=2,speculative=1.',
      ExitCode.usage,
    );
  return { name: text, parts };
}

/** Takes one style of the mix; `chance` is uniform in [0, 1). */
export function pickStyle({ parts }: Mix, chance: number): Style {
  let left = chance * parts.reduce((sum, { weight }) => sum + weight, 0);
  for (const { style, weight } of parts) {
    left -= weight;
    if (left < 0) return style;
  }
  return parts.at(-1)?.style ?? plain;
}
