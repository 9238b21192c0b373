import { ACK, distance, FIN, flagNames, RST, SYN, type Segment } from '../verdict/segment.ts';
import { formatMs } from './format.ts';

const WIDTH = 760;
const LEFT = 190;
const RIGHT = WIDTH - 190;
const TOP = 46;
/** Height of a segment, and of the gap before one that came after a pause. */
const ROW = 24;
const PAUSE = 20;
const PAUSE_MS = 40;
const MAX_ROWS = 80;

interface Row {
  segment: Segment;
  y: number;
  label: string;
  note: string;
  kind: 'syn' | 'fin' | 'rst' | 'data' | 'ack';
  pauseMs: number;
}

/** Draws the segments of one connection between two life lines, the client's on the left; time runs down. */
export function sequenceSvg(segments: readonly Segment[]): string {
  const rows = layOut(segments.slice(0, MAX_ROWS));
  const height = (rows.at(-1)?.y ?? TOP) + 40;
  const left = segments.length - rows.length;
  return [
    `<svg class="sequence" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Segments of one connection">`,
    `<defs>${['syn', 'fin', 'rst', 'data', 'ack'].map(arrowHead).join('')}</defs>`,
    lifeLine(LEFT, 'client', height),
    lifeLine(RIGHT, 'device', height),
    ...rows.map(drawRow),
    left > 0
      ? `<text class="note" x="${WIDTH / 2}" y="${height - 8}" text-anchor="middle">and ${left} more segments</text>`
      : '',
    '</svg>',
  ].join('');
}

const arrowHead = (kind: string): string =>
  `<marker id="arrow-${kind}" class="${kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker>`;

const lifeLine = (x: number, name: string, height: number): string =>
  `<text class="side" x="${x}" y="20" text-anchor="middle">${name}</text><line class="life" x1="${x}" y1="30" x2="${x}" y2="${height - 20}"/>`;

function layOut(segments: readonly Segment[]): Row[] {
  const start = { client: startOf(segments, 'client'), device: startOf(segments, 'device') };
  const seen = new Set<string>();
  let lastAck: number | undefined;
  let y = TOP;
  let lastT = segments[0]?.t ?? 0;
  return segments.map((segment) => {
    const pauseMs = segment.t - lastT;
    y += ROW + (pauseMs > PAUSE_MS ? PAUSE : 0);
    lastT = segment.t;
    const row = {
      segment,
      y,
      label: labelOf(segment, start),
      note: noteOf(segment, seen, lastAck),
      kind: kindOf(segment),
      pauseMs,
    };
    if (segment.from === 'client' && segment.flags & ACK) lastAck = segment.ack;
    return row;
  });
}

function startOf(segments: readonly Segment[], from: Segment['from']): number {
  const own = segments.filter((segment) => segment.from === from);
  return (own.find(({ flags }) => flags & SYN) ?? own[0])?.seq ?? 0;
}

function labelOf(segment: Segment, start: { client: number; device: number }): string {
  const [own, other] = segment.from === 'client' ? [start.client, start.device] : [start.device, start.client];
  const length = segment.len > 0 ? ` len=${segment.len}` : '';
  const ack = segment.flags & ACK ? ` ack=${distance(segment.ack, other)}` : '';
  return `${flagNames(segment.flags)} seq=${distance(segment.seq, own)}${ack}${length}`;
}

function noteOf(segment: Segment, seen: Set<string>, lastAck: number | undefined): string {
  if (segment.flags & RST && segment.from === 'device' && lastAck !== undefined) {
    const off = distance(segment.seq, lastAck);
    return off === 0 ? '' : `seq ${off > 0 ? `${off} too high` : `${-off} too low`}`;
  }
  if (segment.len === 0 && !(segment.flags & (SYN | FIN))) return '';
  const identity = `${segment.from} ${segment.seq} ${segment.len} ${segment.flags & (SYN | FIN)}`;
  const isAgain = seen.has(identity);
  seen.add(identity);
  return isAgain ? 'again' : '';
}

function kindOf({ flags, len }: Segment): Row['kind'] {
  if (flags & RST) return 'rst';
  if (flags & SYN) return 'syn';
  if (flags & FIN) return 'fin';
  return len > 0 ? 'data' : 'ack';
}

function drawRow({ segment, y, label, note, kind, pauseMs }: Row): string {
  const fromClient = segment.from === 'client';
  const [x1, x2] = fromClient ? [LEFT, RIGHT] : [RIGHT, LEFT];
  const slope = 6;
  const timeX = fromClient ? LEFT - 12 : RIGHT + 12;
  const anchor = fromClient ? 'end' : 'start';
  const pause =
    pauseMs > PAUSE_MS
      ? `<text class="pause" x="${WIDTH / 2}" y="${y - ROW + 1}" text-anchor="middle">⋮ ${formatMs(pauseMs)}</text>`
      : '';
  return [
    pause,
    `<g class="${kind}"><line x1="${x1}" y1="${y - slope}" x2="${x2}" y2="${y}" marker-end="url(#arrow-${kind})"${note === 'again' ? ' stroke-dasharray="5 3"' : ''}/>`,
    `<text class="label" x="${WIDTH / 2}" y="${y - slope - 1}" text-anchor="middle">${label}${note && `<tspan class="warning"> ${note}</tspan>`}</text></g>`,
    `<text class="time" x="${timeX}" y="${y - slope + 4}" text-anchor="${anchor}">${formatMs(segment.t)}</text>`,
  ].join('');
}
