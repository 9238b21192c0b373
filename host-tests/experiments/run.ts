import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../../tools/build/build.ts';
import type { Segment } from '../stress/verdict/segment.ts';
import { verdictInfo, type VerdictName } from '../stress/verdict/verdict.ts';
import type { Experiment, Trial } from './experiment.ts';
import { observeTrial, type Observation } from './observe.ts';

export interface FigureResult {
  name: string;
  measured: number;
  low: number;
  high: number;
  unit?: string;
  passed: boolean;
}

export interface TrialResult {
  name: string;
  isCure: boolean;
  profile: string;
  program: string;
  figures: FigureResult[];
  /** Counts of verdicts. */
  verdicts: Record<string, number>;
  /** For the chart: [seconds, free heap, TIME_WAIT]. */
  curve: [number, number, number][];
  /** The verdict of every connection, in order. */
  endings: string[];
  /** The longest of the bad ones, for a picture; times from its beginning. */
  specimen?: { verdict: VerdictName; why: string; segments: Segment[] };
  virtualMs: number;
  /** Of everything observed, so that the same seed can be seen to give the same run. */
  digest: string;
  /** Why it could not be run. */
  failure?: string;
}

export interface ExperimentResult {
  id: string;
  text: string;
  title: string;
  source: string;
  chart: Experiment['chart'];
  trials: TrialResult[];
  passed: boolean;
}

/** Runs experiments one after the other; each program is compiled once. */
export async function runExperiments(
  experiments: readonly Experiment[],
  seed: number,
  onResult: (result: ExperimentResult) => void,
): Promise<ExperimentResult[]> {
  const workshop = new Workshop();
  try {
    const results: ExperimentResult[] = [];
    for (const experiment of experiments) {
      const trials: TrialResult[] = [];
      for (const trial of experiment.trials) trials.push(await runTrial(trial, workshop, seed));
      const { id, text, title, source, chart } = experiment;
      const passed = trials.every(
        ({ failure, figures }) => failure === undefined && figures.every((figure) => figure.passed),
      );
      const result = { id, text, title, source, chart, trials, passed };
      results.push(result);
      onResult(result);
    }
    return results;
  } finally {
    workshop.close();
  }
}

/** Compiles firmware programs into a folder that goes away with it. */
class Workshop {
  readonly #folder = mkdtempSync(join(tmpdir(), 'last-ack-experiments-'));
  readonly #built = new Map<string, string>();

  async folderOf(entry: string): Promise<string> {
    const known = this.#built.get(entry);
    if (known !== undefined) return known;
    const outDir = join(this.#folder, String(this.#built.size));
    await build({ entry, outDir });
    this.#built.set(entry, outDir);
    return outDir;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function runTrial(trial: Trial, workshop: Workshop, seed: number): Promise<TrialResult> {
  const { name, isCure, profile, program } = trial;
  const head = { name, isCure, profile: profile.name, program: program.name };
  try {
    const observation = observeTrial(trial, await workshop.folderOf(program.entry), seed);
    return { ...head, ...summarise(trial, observation) };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { ...head, figures: [], verdicts: {}, curve: [], endings: [], virtualMs: 0, digest: '', failure };
  }
}

function summarise(
  trial: Trial,
  observation: Observation,
): Omit<TrialResult, 'name' | 'isCure' | 'profile' | 'program'> {
  const verdicts: Record<string, number> = {};
  for (const { verdict } of observation.flows) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  const curve = observation.samples.map(({ t, heap, pcbs }): [number, number, number] => [
    t / 1000,
    heap,
    pcbs.TIME_WAIT ?? 0,
  ]);
  return {
    figures: trial.figures.map(({ name, read, low, high, unit }) => {
      const measured = read(observation);
      return {
        name,
        measured,
        low,
        high,
        ...(unit !== undefined && { unit }),
        passed: measured >= low && measured <= high,
      };
    }),
    verdicts,
    curve,
    endings: observation.flows.map(({ verdict }) => verdict),
    ...specimenOf(observation),
    virtualMs: observation.virtualMs,
    digest: createHash('sha256').update(JSON.stringify(observation)).digest('hex').slice(0, 16),
  };
}

function specimenOf({ flows }: Observation): Pick<TrialResult, 'specimen'> {
  const bad = flows.filter(({ verdict }) => verdictInfo[verdict].severity === 'bad');
  const longest = bad.toSorted((a, b) => b.segments.length - a.segments.length)[0];
  if (!longest) return {};
  const { verdict, why, startedAt } = longest;
  return {
    specimen: { verdict, why, segments: longest.segments.map((segment) => ({ ...segment, t: segment.t - startedAt })) },
  };
}
