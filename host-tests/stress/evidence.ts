import { setTimeout as sleep } from 'node:timers/promises';
import { startCapture, type Capture } from './capture/capture.ts';
import type { FrameSourceOptions } from './capture/frame-source.ts';
import { counterDeltas, readKernelCounters, type KernelCounters } from './capture/kernel.ts';
import { watchLastAck } from './capture/last-ack.ts';
import type { Evidence } from './report/stress-report.ts';
import type { CheckedTarget } from './target.ts';
import type { Judgement } from './verdict/judge.ts';
import { FlowMatcher } from './verdict/flow-matcher.ts';
import { KernelMatcher } from './verdict/kernel-matcher.ts';
import type { Matcher, Verdict } from './verdict/matcher.ts';

/** Where verdicts may come from. `auto`: the best that this machine allows. */
export type CaptureChoice = 'auto' | 'none' | FrameSourceOptions;

const POLL_MS = 500;
/** Connections are judged by their sockets this long after their end, when LAST_ACK has shown itself twice. */
const SETTLE_MS = 1500;

const SOCKETS_CANNOT_SEE = [
  'which side sent the first FIN when both were quick',
  'a RST hidden behind data',
  'an ACK of our FIN that was withheld for less than 1.5 s',
  "the device's retransmissions and segmentation",
  'RSTs with a wrong sequence number (only counted, by kernel counters of the whole namespace)',
];

const HOW_TO_SEE = 'root may see them, or after: sudo setcap cap_net_raw=ep "$(command -v tcpdump)"';

/** Gathers evidence beside the load. */
export interface EvidenceGatherer<Tag> {
  /** Wants every exchange, and gives each its verdict. */
  readonly matcher: Matcher<Tag>;
  /** It knows connections by their local ports. */
  readonly needsPorts: boolean;
  /** Ends gathering: every connection has its verdict afterwards. */
  finish(): Promise<Evidence>;
}

export async function gatherEvidence<Tag>(
  choice: CaptureChoice,
  target: CheckedTarget,
  onVerdict: (verdict: Verdict<Tag>) => void,
  folder?: string,
): Promise<EvidenceGatherer<Tag>> {
  const before = (await readKernelCounters()) ?? {};
  const reasons: string[] = [];
  const matcher = new FlowMatcher(target.localAddress, onVerdict);
  for (const source of waysToCapture(choice, target)) {
    try {
      const server = source.kind === 'board-frames' ? source.board : target;
      const capture = await startCapture(
        source,
        { address: server.address, port: server.port },
        (flow) => matcher.flow(flow),
        folder,
      );
      return gatherFrames(capture, matcher, before);
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (choice === 'none') reasons.push('capture was switched off');
  else if (reasons.length > 0 && process.platform === 'linux') reasons.push(HOW_TO_SEE);
  return gatherFromKernel(target, new KernelMatcher(target.localAddress, onVerdict), before, reasons);
}

function waysToCapture(choice: CaptureChoice, target: CheckedTarget): FrameSourceOptions[] {
  if (choice === 'none') return [];
  if (choice !== 'auto') return [choice];
  const { interfaceName, address, port } = target;
  if (interfaceName === undefined) return [];
  return [
    { kind: 'packet-socket', interface: interfaceName },
    { kind: 'program', program: 'tcpdump', interface: interfaceName, host: address, port },
    { kind: 'program', program: 'dumpcap', interface: interfaceName, host: address, port },
  ];
}

function gatherFrames<Tag>(capture: Capture, matcher: FlowMatcher<Tag>, before: KernelCounters): EvidenceGatherer<Tag> {
  return {
    matcher,
    needsPorts: true,
    finish: async () => {
      const { frames, drops, files } = await capture.close();
      matcher.finish();
      return {
        kind: 'capture',
        source: capture.name,
        frames,
        drops,
        files,
        cannotSee: [],
        unseen: matcher.unseen,
        foreign: matcher.foreign,
        kernel: counterDeltas(before, (await readKernelCounters()) ?? {}),
      };
    },
  };
}

async function gatherFromKernel<Tag>(
  target: CheckedTarget,
  matcher: KernelMatcher<Tag>,
  before: KernelCounters,
  reasons: string[],
): Promise<EvidenceGatherer<Tag>> {
  const lastAck = await watchLastAck(target);
  let seenOnce = new Set<number>();
  const look = async (until: number): Promise<void> => {
    const ends = await lastAck.ends();
    const counters = await readKernelCounters();
    const deltas = counterDeltas(before, counters ?? {});
    matcher.settleBefore(until, {
      stuckEnds: ends.filter(({ end }) => seenOnce.has(end)),
      stuck: stuckJudgement(deltas),
      synsSentAgain: !counters || (deltas.TCPSynRetrans ?? 0) > 0,
    });
    seenOnce = new Set(ends.map(({ end }) => end));
  };
  const looks = repeat(() => look(performance.now() - SETTLE_MS), POLL_MS);
  const source = lastAck.source === '' ? 'sockets only' : `sockets, ${lastAck.source} and kernel counters`;
  return {
    matcher,
    needsPorts: lastAck.needsPorts,
    finish: async () => {
      await looks.stop();
      await look(performance.now() - SETTLE_MS);
      if (seenOnce.size > 0) await sleep(SETTLE_MS);
      await look(Infinity);
      await lastAck.close();
      return {
        kind: 'sockets',
        source,
        frames: 0,
        drops: 0,
        files: [],
        cannotSee: [...reasons.map((reason) => `frames: ${reason}`), ...SOCKETS_CANNOT_SEE],
        unseen: 0,
        foreign: 0,
        kernel: counterDeltas(before, (await readKernelCounters()) ?? {}),
      };
    },
  };
}

/** Does `work` again and again, `pauseMs` after it was done; `stop` waits for the work under way. */
function repeat(work: () => Promise<void>, pauseMs: number): { stop: () => Promise<void> } {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let underWay = Promise.resolve();
  const wait = (): void => {
    if (isStopped) return;
    timer = setTimeout(() => {
      underWay = work().then(wait);
    }, pauseMs);
  };
  wait();
  return {
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
      return underWay;
    },
  };
}

/** A socket that stays in LAST_ACK waits for the ACK of its FIN; challenge ACKs mean that RSTs came instead. */
function stuckJudgement(deltas: KernelCounters): Judgement {
  const challenges = (deltas.TCPChallengeACK ?? 0) + (deltas.TCPACKSkippedChallenge ?? 0);
  if (challenges >= 2)
    return {
      verdict: 'duel',
      why: `LAST_ACK for more than ${POLL_MS} ms, ${challenges} challenge ACKs in this namespace`,
    };
  return { verdict: 'silent-fin', why: `LAST_ACK for more than ${POLL_MS} ms, no challenge ACK` };
}
