import { isBoardTrial, type BoardTrial, type Experiment, type Trial } from '../experiment.ts';
import type { Heads } from './observe-tap.ts';

/** One trial for a process of its own. */
export interface TapJob {
  experiment: string;
  trial: string;
  seed: number;
  /** The folder with its compiled program. */
  firmware: string;
  capture?: string;
}

export type HeadsTrial = BoardTrial & { load: Heads };

/** The trials whose load real Linux can be: HEAD requests to a server on the board. */
export const withHeads = ({ trials }: Experiment): HeadsTrial[] => trials.filter(isHeads);

const isHeads = (trial: Trial): trial is HeadsTrial => isBoardTrial(trial) && trial.load.kind === 'heads';

/** What a trial may take beyond its load: boot, and a busy machine. */
const SPARE_MS = 60_000;

/** Time after which a trial is given up, in whole ms; gaps between connections need not be whole. */
export const timeLimitMs = ({ count, everyMs, afterMs }: Heads): number =>
  Math.ceil(count * everyMs) + afterMs + SPARE_MS;
