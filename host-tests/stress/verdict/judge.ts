import { readHistory, type History } from './history.ts';
import type { Segment } from './segment.ts';
import type { VerdictName } from './verdict.ts';

export interface Judgement {
  verdict: VerdictName;
  /** What on the wire led to it, in words and figures. */
  why: string;
}

/** A FIN without an ACK for this long is called silent; Linux has sent it twice more by then. */
const SILENT_MS = 600;

/**
 * Judges one connection by its segments, in the order of their capture at the client's end.
 * `observedUntil`: when observation stopped, same clock as the segments. The rules of the duel are those that told 13
 * recorded captures apart: at least two RSTs one too high, and the client answering at least one of them.
 */
export function judge(segments: readonly Segment[], observedUntil: number): Judgement {
  const history = readHistory(segments);
  return (
    judgeOpening(history) ??
    judgeDuel(history) ??
    judgeResets(history) ??
    judgeClientReset(history) ??
    judgeDeafness(history) ??
    judgeSilence(history, observedUntil) ??
    judgeReply(history) ??
    judgeDelays(history) ??
    judgeClose(history)
  );
}

function judgeOpening(history: History): Judgement | undefined {
  if (history.syns.length === 0) return { verdict: 'unjudged', why: 'the capture has no SYN of it' };
  if (history.synAckAt !== undefined) return undefined;
  if (history.staleAcks > 0)
    return {
      verdict: 'port-reuse-stall',
      why: `SYN answered ${history.staleAcks} times by an old ACK, never by a SYN-ACK`,
    };
  if (history.deviceResets.some((reset) => reset.ofSyn)) return { verdict: 'refused', why: 'SYN answered by RST' };
  return { verdict: 'syn-dropped', why: `${history.syns.length} SYN, no answer` };
}

function judgeDuel(history: History): Judgement | undefined {
  const bad = history.deviceResets.filter((reset) => reset.offByOne).length;
  if (bad < 2 || history.answersToReset === 0) return undefined;
  return {
    verdict: 'duel',
    why: `${bad} RST with a sequence number one too high, ${history.answersToReset} answers of the client, ${again(history.clientFins)}`,
  };
}

function judgeResets(history: History): Judgement | undefined {
  const reset = history.deviceResets.find((candidate) => !candidate.ofSyn);
  if (!reset) return undefined;
  const number = reset.offByOne ? 'one too high' : 'acceptable';
  if (history.lateData) return { verdict: 'rst-on-late-data', why: `data after the device's FIN, RST (${number})` };
  if (history.responseBytes === 0) return { verdict: 'rst-before-data', why: `RST (${number}) before any data` };
  return { verdict: 'rst-after-data', why: `RST (${number}) after ${history.responseBytes} bytes` };
}

function judgeClientReset(history: History): Judgement | undefined {
  if (history.clientResetAt === undefined) return undefined;
  return { verdict: 'client-reset', why: 'RST of the client' };
}

/** A device that falls silent before the request never acknowledges the FIN behind it either. */
function judgeDeafness(history: History): Judgement | undefined {
  if (history.requestBytes === 0 || history.requestAcked || history.deviceFins.length > 0) return undefined;
  return { verdict: 'timeout', why: 'the request was never acknowledged' };
}

function judgeSilence(history: History, observedUntil: number): Judgement | undefined {
  const [first] = history.clientFins;
  if (first === undefined || history.clientFinAckedAt !== undefined) return undefined;
  const waited = observedUntil - first;
  if (waited < SILENT_MS)
    return { verdict: 'unjudged', why: `observation ended ${waited.toFixed(0)} ms after the client's FIN` };
  return {
    verdict: 'silent-fin',
    why: `FIN unacknowledged for ${(waited / 1000).toFixed(1)} s, ${again(history.clientFins)}`,
  };
}

function judgeReply(history: History): Judgement | undefined {
  if (history.responseBytes > 0 || history.requestBytes === 0) return undefined;
  return { verdict: 'no-reply', why: 'request acknowledged, not answered' };
}

function judgeDelays(history: History): Judgement | undefined {
  const [firstFin, secondFin] = history.clientFins;
  const ackedAt = history.clientFinAckedAt;
  if (firstFin !== undefined && secondFin !== undefined && ackedAt !== undefined && ackedAt >= secondFin)
    return {
      verdict: 'withheld-fin-ack',
      why: `FIN acknowledged after ${(ackedAt - firstFin).toFixed(0)} ms, ${again(history.clientFins)}`,
    };
  const [firstSyn, secondSyn] = history.syns;
  const answeredAt = history.synAckAt;
  if (firstSyn === undefined || secondSyn === undefined || answeredAt === undefined || answeredAt < secondSyn)
    return undefined;
  const wait = `SYN-ACK after ${((answeredAt - firstSyn) / 1000).toFixed(1)} s and ${history.syns.length} SYN`;
  if (history.staleAcks > 0) return { verdict: 'port-reuse-stall', why: `${wait}; an old ACK came first` };
  return { verdict: 'syn-dropped', why: wait };
}

function judgeClose(history: History): Judgement {
  const byClient = history.clientFins.length > 0;
  const byDevice = history.deviceFins.length > 0;
  if (!byClient && !byDevice) return { verdict: 'timeout', why: 'answered, never closed' };
  if (!byDevice) return { verdict: 'half-open', why: 'the device never sent its FIN' };
  if (!byClient) return { verdict: 'half-open', why: 'the client never sent its FIN' };
  if (history.clientFinCoversDevice) return { verdict: 'device-first-clean', why: '' };
  if (history.deviceFinCoversClient) return { verdict: 'client-first-clean', why: '' };
  return { verdict: 'simultaneous', why: 'neither FIN acknowledges the other' };
}

const again = (fins: readonly number[]): string => `FIN sent ${fins.length} times`;
