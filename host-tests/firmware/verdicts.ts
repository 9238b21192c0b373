import { LINKTYPE_ETHERNET, type ReadCapture } from '../../tools/virtual-board/wire/capture-reader.ts';
import { findServer, judgeCapture } from '../judge/judge-capture.ts';
import { type LoadOptions, runLoad } from './client.ts';
import { type BoardFiles, Lab } from './lab.ts';

export interface JudgedLoad {
  /** Requests without a good answer. */
  unanswered: number;
  /** Connections by how they ended, seen from the wire. */
  verdicts: Record<string, number>;
  restarts: number;
}

/** A client that gives up at the end of a duel does so after 107 s (facts of Linux). */
const LAST_MS = 130_000;

/** Runs a load against a board of the given profile and judges every connection by its frames. */
export function judgeLoad(files: BoardFiles, profile: string, load: LoadOptions): JudgedLoad {
  const packets: ReadCapture['packets'] = [];
  const lab: Lab = new Lab({
    files,
    profile,
    onFrame: (direction, frame) =>
      packets.push({
        ...{ timeMs: lab.clock.now(), interfaceId: 0, frame: frame.slice() },
        direction: direction === 'rx' ? 'in' : 'out',
      }),
  });
  try {
    lab.boot();
    const results = runLoad(lab, load);
    lab.run(LAST_MS);
    const capture = { packets, interfaces: [{ name: 'lab', linkType: LINKTYPE_ETHERNET }] };
    const server = findServer(capture);
    if (!server) throw new Error('nobody was served');
    const verdicts: Record<string, number> = {};
    for (const { verdict } of judgeCapture(capture, server)) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
    const isGood = ({ outcome, response }: (typeof results)[number]): boolean =>
      outcome === 'answered' && response.includes(' 200 ');
    return { unanswered: results.filter((result) => !isGood(result)).length, verdicts, restarts: lab.restarts };
  } finally {
    lab.close();
  }
}
