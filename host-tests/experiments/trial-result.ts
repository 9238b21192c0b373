import { createHash } from 'node:crypto';
import type { Segment } from '../stress/verdict/segment.ts';
import { verdictInfo, type VerdictName } from '../stress/verdict/verdict.ts';
import { isBoardTrial, type ExpectedFigure, type Trial } from './experiment.ts';
import type { Observation } from './observation.ts';

export interface FigureResult {
  name: string;
  /** Null: there is no such number in this run. */
  measured: number | null;
  low: number;
  /** Null: no upper limit. */
  high: number | null;
  unit?: string;
  reference?: string;
  passed: boolean;
}

export interface TrialResult {
  name: string;
  isCure: boolean;
  profile: string;
  program: string;
  /** What of it is firmware, Linux, virtual board or model. */
  where: string;
  seed: number;
  figures: FigureResult[];
  /** Counts of verdicts. */
  verdicts: Record<string, number>;
  /** For the chart: [seconds, free heap, TIME_WAIT]. */
  curve: [number, number, number][];
  /** The verdict of every connection, in order. */
  endings: string[];
  /** The longest of the bad ones, for a picture; times from its beginning. */
  specimen?: { verdict: VerdictName; why: string; segments: Segment[] };
  elapsedMs: number;
  /** Of everything observed, so that the same seed can be seen to give the same run. */
  digest: string;
  /** The capture file, when one was written. */
  capture?: string;
  /** Why it could not be run. */
  failure?: string;
}

/** Points of a curve on the page; more make it no better to look at. */
const MOST_POINTS = 400;

/** `linux`: the release of the kernel that was the client; undefined: a model was, in virtual time. */
export function resultOf(trial: Trial, seed: number, observation: Observation, linux?: string): TrialResult {
  // The judge knows requests and answers; where the device is the client, or one connection is all, it has no say.
  const flows = trial.load.kind === 'heads' ? observation.flows : [];
  const verdicts: Record<string, number> = {};
  for (const { verdict } of flows) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  return {
    ...headOf(trial, seed, linux),
    figures: trial.figures.map((figure) => figureOf(figure, observation)),
    verdicts,
    curve: curveOf(observation),
    endings: flows.map(({ verdict }) => verdict),
    ...specimenOf(flows),
    elapsedMs: observation.elapsedMs,
    digest: createHash('sha256').update(JSON.stringify(observation)).digest('hex').slice(0, 16),
  };
}

/** `linux`: as for a result. */
export function failureOf(trial: Trial, seed: number, error: unknown, linux?: string): TrialResult {
  const failure = error instanceof Error ? error.message : String(error);
  const nothing = { figures: [], verdicts: {}, curve: [], endings: [], elapsedMs: 0, digest: '' };
  return { ...headOf(trial, seed, linux), ...nothing, failure };
}

export const hasPassed = ({ failure, figures }: TrialResult): boolean =>
  failure === undefined && figures.every((figure) => figure.passed);

function headOf(
  trial: Trial,
  seed: number,
  linux?: string,
): Pick<TrialResult, 'name' | 'isCure' | 'profile' | 'program' | 'where' | 'seed'> {
  const { name, isCure, profile } = trial;
  const program = isBoardTrial(trial) ? trial.program.name : programOf[trial.load.kind];
  return { name, isCure, profile: profile.name, program, where: whereOf(trial, linux), seed };
}

const programOf = {
  receive: 'a reader that takes its time',
  send: 'a sender on every connection',
  'short-connections': 'short connections by the raw API',
};

function whereOf(trial: Trial, linux?: string): string {
  const device = isBoardTrial(trial)
    ? `compiled firmware on the virtual board: real Lua 5.1, net module and TCP of profile ${trial.profile.name}`
    : `the virtual board's TCP with profile ${trial.profile.name}; its application is a model`;
  const isReno = trial.load.kind === 'receive';
  const peer = isReno ? 'senders: a model, Reno by RFC 5681 and RFC 6298' : "peer: a model of Linux's TCP";
  return linux === undefined
    ? `${device}; ${peer}; in virtual time`
    : `${device}; peer: Linux ${linux} over TAP, in real time`;
}

function figureOf(figure: ExpectedFigure, observation: Observation): FigureResult {
  const { name, read, low, high, unit, reference } = figure;
  const measured = read(observation);
  return {
    name,
    measured: Number.isFinite(measured) ? measured : null,
    low,
    high: Number.isFinite(high) ? high : null,
    ...(unit !== undefined && { unit }),
    ...(reference !== undefined && { reference }),
    passed: measured >= low && measured <= high,
  };
}

function curveOf({ samples }: Observation): TrialResult['curve'] {
  const step = Math.max(1, Math.ceil(samples.length / MOST_POINTS));
  return samples
    .filter((_, index) => index % step === 0)
    .map(({ t, heap, pcbs }) => [t / 1000, heap, pcbs.TIME_WAIT ?? 0]);
}

function specimenOf(flows: Observation['flows']): Pick<TrialResult, 'specimen'> {
  const bad = flows.filter(({ verdict }) => verdictInfo[verdict].severity === 'bad');
  const longest = bad.toSorted((a, b) => b.segments.length - a.segments.length)[0];
  if (!longest) return {};
  const { verdict, why, startedAt } = longest;
  const segments = longest.segments.map((segment) => ({ ...segment, t: segment.t - startedAt }));
  return { specimen: { verdict, why, segments } };
}
