import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CaptureFile } from '../../../tools/virtual-board/wire/capture.ts';
import type { JudgedFlow } from '../verdict/flow-table.ts';
import { readTcpFrame, type TcpFrame } from '../verdict/frame.ts';
import { verdictInfo, type VerdictName } from '../verdict/verdict.ts';
import type { RecentFrames } from './recent-frames.ts';

/** What surrounds a connection in its capture file, milliseconds on either side. */
const AROUND_MS = 100;

export interface KeptCapture {
  verdict: VerdictName;
  path: string;
}

/**
 * Writes a pcapng file around the first connection of each verdict that is not good. The connection's own frames carry
 * a comment; the first says what was found.
 */
export class BadEnds {
  readonly files: KeptCapture[] = [];
  readonly #folder: string;
  readonly #source: string;
  readonly #frames: RecentFrames;

  constructor(folder: string, source: string, frames: RecentFrames) {
    this.#folder = folder;
    this.#source = source;
    this.#frames = frames;
  }

  offer(flow: JudgedFlow): void {
    const { verdict, why } = flow;
    if (verdictInfo[verdict].severity === 'good' || this.files.some((file) => file.verdict === verdict)) return;
    const frames = this.#frames.between(flow.startedAt - AROUND_MS, flow.lastAt + AROUND_MS);
    if (frames.length === 0) return;
    mkdirSync(this.#folder, { recursive: true });
    const path = join(this.#folder, `first-${verdict}.pcapng`);
    const file = new CaptureFile(path, `first ${verdict}: ${why}, client port ${flow.clientPort}`);
    const interfaceId = file.interface(this.#source, 'frames may be cut after their headers');
    let isFirst = true;
    for (const { t, frame } of frames) {
      const segment = readTcpFrame(frame);
      const own = segment && isOf(flow, segment);
      const comment = own ? (isFirst ? `${verdict}: ${why}` : verdict) : undefined;
      if (own) isFirst = false;
      file.packet({
        interfaceId,
        timeMs: t,
        frame,
        direction: segment?.sourcePort === flow.clientPort ? 'out' : 'in',
        ...(comment !== undefined && { comment }),
      });
    }
    file.close();
    this.files.push({ verdict, path });
  }
}

const isOf = ({ clientPort, clientAddress }: JudgedFlow, segment: TcpFrame): boolean =>
  (segment.sourcePort === clientPort && segment.source === clientAddress) ||
  (segment.destinationPort === clientPort && segment.destination === clientAddress);
