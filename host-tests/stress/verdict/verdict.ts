/** How a connection ended. One per connection; the worst thing that happened to it wins. */
export const verdictNames = [
  'client-first-clean',
  'device-first-clean',
  'simultaneous',
  'client-reset',
  'withheld-fin-ack',
  'duel',
  'silent-fin',
  'half-open',
  'rst-before-data',
  'rst-after-data',
  'rst-on-late-data',
  'syn-dropped',
  'port-reuse-stall',
  'refused',
  'no-reply',
  'truncated',
  'wrong-reply',
  'timeout',
  'unjudged',
] as const;
export type VerdictName = (typeof verdictNames)[number];

/** `good`: as RFC 9293 means it. `warn`: served, but something waited or was cut. `bad`: harm to client or board. */
export type Severity = 'good' | 'warn' | 'bad';

export interface VerdictInfo {
  severity: Severity;
  /** What it means, in one line. */
  meaning: string;
}

export const verdictInfo: Readonly<Record<VerdictName, VerdictInfo>> = {
  'client-first-clean': { severity: 'good', meaning: 'client closed first, every FIN acknowledged' },
  'device-first-clean': { severity: 'good', meaning: 'device closed first, every FIN acknowledged' },
  simultaneous: { severity: 'good', meaning: 'both FINs crossed on the way, both acknowledged' },
  'client-reset': { severity: 'good', meaning: 'the client reset the connection, as it was told or at its deadline' },
  'withheld-fin-ack': { severity: 'warn', meaning: "the client's FIN was acknowledged only when sent again" },
  duel: { severity: 'bad', meaning: 'RSTs one too high against challenge ACKs and FINs: the duel of 2016' },
  'silent-fin': { severity: 'bad', meaning: "the client's FIN was never acknowledged" },
  'half-open': { severity: 'warn', meaning: 'one side closed, the other never did' },
  'rst-before-data': { severity: 'bad', meaning: 'reset before any byte of the response' },
  'rst-after-data': { severity: 'warn', meaning: 'reset after the response had come' },
  'rst-on-late-data': { severity: 'warn', meaning: 'reset because data arrived after the device had closed' },
  'syn-dropped': { severity: 'warn', meaning: 'a SYN got no answer, the client had to send it again' },
  'port-reuse-stall': { severity: 'warn', meaning: 'a SYN hit the TIME_WAIT of an earlier connection and stalled' },
  refused: { severity: 'bad', meaning: 'the SYN was answered with RST' },
  'no-reply': { severity: 'bad', meaning: 'connected, but not one byte of response' },
  truncated: { severity: 'bad', meaning: 'the connection ended inside the response' },
  'wrong-reply': { severity: 'bad', meaning: 'a response, but not the one that HTTP or the request asks for' },
  timeout: { severity: 'bad', meaning: 'the deadline passed first' },
  unjudged: { severity: 'warn', meaning: 'the evidence does not suffice' },
};
