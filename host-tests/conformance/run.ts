import { Socket } from 'node:net';
import type { Answer, Case, Level } from './case.ts';
import { rules } from './checks.ts';
import { Listener, readResponses, type Response, type Transcript } from './transcript.ts';

export interface ConformanceOptions {
  host: string;
  port: number;
  cases: readonly Case[];
  /** How long an open connection is watched before it counts as kept, milliseconds. */
  settleMs?: number;
  signal?: AbortSignal;
  onResult?: (result: CaseResult, done: number) => void;
}

export interface CaseResult {
  id: string;
  section: string;
  level: Level;
  about: string;
  passed: boolean;
  /** What came: statuses, or `close`, `reset`, `nothing`, `no connection`. */
  answer: string;
  connection: Transcript['connection'];
  /** What is wrong; empty when nothing is. */
  problems: string[];
  decision?: string;
}

const CONNECT_MS = 5000;
const FIRST_BYTE_MS = 3000;
/**
 * RFC 9112 section 9.6 wants the close; a guard in favour of the client may take 5 s, and its clock began when the
 * server had sent, not when we had read.
 */
const CLOSE_MS = 6500;
const SETTLE_MS = 250;
/** Between the pieces of a request: longer than Nagle and delayed ACK of the chip can join. */
const PIECE_MS = 120;
const BYTE_MS = 5;

/** Runs the cases one at a time, each on a connection of its own. */
export async function runConformance(options: ConformanceOptions): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const get = await plainGet(options);
  for (const one of options.cases) {
    if (options.signal?.aborted) break;
    const transcript = await meet(one, options);
    const result = judgeCase(one, transcript, get);
    results.push(result);
    options.onResult?.(result, results.length);
  }
  return results;
}

async function plainGet(options: ConformanceOptions): Promise<Response | undefined> {
  const send = `GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n`;
  const { responses } = await meet(
    { id: '', section: '', level: 'MUST', about: '', send, accept: [], connection: 'any' },
    options,
  );
  return responses[0];
}

async function meet(one: Case, { host, port, settleMs = SETTLE_MS }: ConformanceOptions): Promise<Transcript> {
  const socket = new Socket({ allowHalfOpen: true });
  const listener = new Listener(socket);
  const connected = await connect(socket, host, port);
  if (!connected) return { responses: [], garbage: '', connection: 'reset', connected };
  const pieces = (typeof one.send === 'string' ? [one.send] : one.send).map((piece) =>
    piece.replaceAll('{host}', host),
  );
  const methods = methodsOf(pieces.join(''));
  const read = (): Pick<Transcript, 'responses' | 'garbage'> =>
    readResponses(listener.text, methods, listener.connection !== 'open');
  const isAnswered = (): boolean => read().responses.filter(({ complete }) => complete).length >= (one.responses ?? 1);

  await sendPieces(socket, pieces, listener);
  if (one.halfClose) socket.end();
  await listener.until(isAnswered, one.waitMs ?? FIRST_BYTE_MS);
  await listener.until(() => false, one.connection === 'close' ? CLOSE_MS : settleMs);
  const { connection } = listener;
  const transcript: Transcript = { ...read(), connection, connected };
  await leave(socket);
  return transcript;
}

function connect(socket: Socket, host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    socket.setTimeout(CONNECT_MS, () => socket.destroy());
    socket.once('connect', () => {
      socket.setTimeout(0);
      resolve(true);
    });
    socket.once('close', () => resolve(false));
    socket.connect(port, host);
  });
}

async function sendPieces(socket: Socket, pieces: readonly string[], listener: Listener): Promise<void> {
  socket.setNoDelay(true);
  for (const [index, piece] of pieces.entries()) {
    if (listener.connection !== 'open') return;
    if (piece !== '') socket.write(Buffer.from(piece, 'latin1'));
    if (index + 1 < pieces.length) await listener.until(() => false, pieces.length > 8 ? BYTE_MS : PIECE_MS);
  }
}

/** Ends the connection properly, so that the next case meets a server at rest. */
function leave(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) {
      resolve();
      return;
    }
    const timer = setTimeout(() => socket.destroy(), 1000);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.end();
    socket.resume();
    socket.once('end', () => socket.destroy());
    if (socket.readableEnded) socket.destroy();
  });
}

/** The methods of the requests in `text`, in order: a response to HEAD has no body. */
const methodsOf = (text: string): string[] =>
  Array.from(text.matchAll(/^([A-Z]+) \S+ HTTP\/1\.[01]\r$/gm), (match) => match[1] ?? 'GET');

function judgeCase(one: Case, transcript: Transcript, get: Response | undefined): CaseResult {
  const answer = answerOf(transcript);
  const problems: string[] = [];
  if (!one.accept.some((wanted) => isAccepted(wanted, answer)))
    problems.push(`answer ${answer}, wanted ${one.accept.join(' or ')}`);
  if (one.connection === 'close' && transcript.connection === 'open') problems.push('the connection stayed open');
  if (one.connection === 'keep' && transcript.connection !== 'open') problems.push('the connection was not kept');
  const [first] = transcript.responses;
  for (const check of one.checks ?? []) {
    const problem = first && rules[check](first, transcript, get);
    if (problem) problems.push(problem);
  }
  if (transcript.garbage !== '' && one.checks?.includes('no-body') !== true)
    problems.push(`not HTTP: ${JSON.stringify(transcript.garbage.slice(0, 40))}`);
  const { id, section, level, about } = one;
  return {
    id,
    section,
    level,
    about,
    passed: problems.length === 0,
    answer,
    connection: transcript.connection,
    problems,
    ...(one.decision !== undefined && { decision: one.decision }),
  };
}

function answerOf({ responses, connection, connected }: Transcript): Answer {
  if (!connected) return 'no connection';
  if (responses.length > 0) return responses.map(({ status }) => status).join(', ');
  return connection === 'open' ? 'nothing' : 'close';
}

/** The first status decides; a later one is the business of a check. */
function isAccepted(wanted: Answer, answer: string): boolean {
  const first = answer.split(', ')[0] ?? '';
  return wanted === first || (/^\dxx$/.test(wanted) && first.length === 3 && wanted.startsWith(first.charAt(0)));
}
