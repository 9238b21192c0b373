import type { Exchange, Outcome } from '../client/exchange.ts';
import type { Judgement } from './judge.ts';
import { verdictInfo, type VerdictName } from './verdict.ts';

/** The same object for all: most connections end so. */
const CLEAN = {
  'device-fin': { verdict: 'device-first-clean', why: '' },
  'client-fin': { verdict: 'client-first-clean', why: '' },
} as const;

/** Linux sends an unanswered SYN again after 1 s: a connect that took longer lost at least one. */
const SYN_RETRANSMISSION_MS = 950;

/** A judgement that rests on a slow connect: `otherwise` holds when no SYN was sent again in this network namespace. */
export interface SocketJudgement extends Judgement {
  otherwise?: Judgement;
}

/** The verdict that a socket alone allows. */
export function judgeBySocket(exchange: Exchange): SocketJudgement {
  const { outcome, ending, detail } = exchange;
  switch (outcome) {
    case 'refused':
    case 'no-reply':
    case 'truncated':
    case 'wrong-reply':
      if (ending === 'reset' && outcome === 'no-reply') return { verdict: 'rst-before-data', why: detail };
      return { verdict: outcome, why: detail };
    case 'timeout':
    case 'unreachable':
      return { verdict: exchange.connectedAt ? 'timeout' : 'syn-dropped', why: detail };
    case 'harness':
    case 'interrupted':
      return { verdict: 'unjudged', why: detail };
    case 'answered':
    case 'busy':
    case 'idle':
      return judgeAnswered(exchange);
  }
}

function judgeAnswered(exchange: Exchange): SocketJudgement {
  const connectMs = exchange.connectedAt - exchange.startedAt;
  switch (exchange.ending) {
    case 'client-reset':
      return { verdict: 'client-reset', why: 'RST of the client' };
    case 'reset':
      return { verdict: 'rst-after-data', why: 'reset after the response' };
    case 'deadline':
    case 'none':
      return { verdict: 'half-open', why: exchange.detail };
    case 'device-fin':
    case 'client-fin':
      if (connectMs >= SYN_RETRANSMISSION_MS)
        return {
          verdict: 'syn-dropped',
          why: `connected after ${connectMs.toFixed(0)} ms`,
          otherwise: CLEAN[exchange.ending],
        };
      return CLEAN[exchange.ending];
  }
}

/** Outcomes that are verdicts when the wire shows nothing worse. */
const outcomeVerdicts: readonly string[] = ['no-reply', 'truncated', 'wrong-reply', 'timeout'];
/** Verdicts of the wire that explain such an outcome rather than hide it. */
const explanations: readonly VerdictName[] = ['syn-dropped', 'port-reuse-stall', 'rst-on-late-data'];

/** Joins what the wire shows with what the application saw and `own`, what its socket says. */
export function combine(outcome: Outcome, own: Judgement, wire: Judgement): Judgement {
  if (!outcomeVerdicts.includes(outcome) || verdictInfo[wire.verdict].severity === 'bad') return wire;
  if (explanations.includes(wire.verdict)) return wire;
  return { verdict: own.verdict, why: `${own.why}; the wire: ${wire.verdict}` };
}
