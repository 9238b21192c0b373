/** One measured figure and, where there is one, the bar that it has to clear. */
export interface Figure {
  subject: string;
  value: number;
  unit: string;
  /** A peer measured in the same run on the same machine; figures of different machines are not compared. */
  peer?: { name: string; value: number };
  /** The least `value`, or `value / peer` where there is a peer, that is good enough; or the most. */
  bar?: { atLeast: number } | { atMost: number };
  note?: string;
}

/** What a file `<name>.bench.ts` exports as `bench`. */
export interface Bench {
  summary: string;
  /**
   * Measures, calling `report` for each figure as soon as it is known. `isWanted`: whether rows with this subject were
   * asked for; a benchmark of one piece may ignore it.
   */
  run(report: (figure: Figure) => void, effort: Effort, isWanted: (subject: string) => boolean): Promise<void>;
}

/** `smoke`: seconds at most, to see that the benchmark runs; its figures mean nothing and no bar is held against them. */
export type Effort = 'full' | 'smoke';

/** What the bar is held against: the ratio to the peer, or the value itself. */
const measure = ({ value, peer }: Figure): number => (peer ? value / peer.value : value);

export function clearsBar(figure: Figure): boolean {
  const { bar } = figure;
  if (!bar) return true;
  return 'atLeast' in bar ? measure(figure) >= bar.atLeast : measure(figure) <= bar.atMost;
}

/** A figure as a line for people. */
export function describe(figure: Figure): string {
  const { subject, value, unit, peer, bar, note } = figure;
  const parts = [`${subject}: ${round(value)} ${unit}`];
  if (peer) parts.push(`${round(measure(figure))} x ${peer.name} (${round(peer.value)})`);
  if (bar) parts.push('atLeast' in bar ? `bar: at least ${round(bar.atLeast)}` : `bar: at most ${round(bar.atMost)}`);
  if (note !== undefined) parts.push(note);
  return parts.join(', ');
}

const round = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
