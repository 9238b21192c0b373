import { seededRandom } from '../../tools/virtual-board/random.ts';
import { closesFirst, LocalPorts, portRange } from './client/local-ports.ts';
import { StepTally } from './report/tally.ts';
import type { Step } from './schedule/ladder.ts';
import { ThisThread, type Loader } from './schedule/loader.ts';
import type { EvidenceGatherer } from './evidence.ts';
import type { CheckedTarget } from './target.ts';
import { LoadThreads } from './threads/load-threads.ts';

export interface StressProgress {
  /** Milliseconds of load, done and planned. */
  doneMs: number;
  totalMs: number;
  note: string;
}

export interface ClimbOptions {
  steps: readonly Step[];
  deadlineMs: number;
  seed: number;
  /** Threads that only open connections; 0: this thread does. */
  workers: number;
  /** Addresses of this machine to connect from, in turn; none: the system chooses. */
  sources: readonly string[];
  signal: AbortSignal;
  onProgress?: ((progress: StressProgress) => void) | undefined;
}

const PROGRESS_MS = 250;

/** Runs steps one after the other and counts each. */
export class Climb {
  readonly tallies: StepTally[] = [];
  readonly #options: ClimbOptions;
  readonly #evidence: EvidenceGatherer<StepTally>;
  readonly #loader: Loader;
  readonly #totalMs: number;
  readonly #sparesPorts: boolean;
  #connections = 0;
  #doneMs = 0;

  private constructor(
    options: ClimbOptions,
    evidence: EvidenceGatherer<StepTally>,
    loader: Loader,
    sparesPorts: boolean,
  ) {
    this.#options = options;
    this.#evidence = evidence;
    this.#loader = loader;
    this.#sparesPorts = sparesPorts;
    this.#totalMs = options.steps.reduce((sum, step) => sum + step.durationMs, 0);
  }

  static async prepare(
    options: ClimbOptions,
    target: CheckedTarget,
    evidence: EvidenceGatherer<StepTally>,
  ): Promise<Climb> {
    const { seed, workers, deadlineMs, sources } = options;
    const usual = target.localAddress === undefined ? [] : [target.localAddress];
    const addresses = sources.length > 0 ? sources : usual;
    const range = portRange();
    const random = seededRandom(seed);
    const loader =
      workers > 0
        ? await LoadThreads.start(workers, { target: plainTarget(target), deadlineMs, seed, addresses, range })
        : new ThisThread(target, deadlineMs, random, new LocalPorts(addresses, range, random));
    return new Climb(options, evidence, loader, !isLoopback(addresses));
  }

  /** Busiest share of time of any thread that only opens connections. */
  get utilization(): number {
    return this.#loader.utilization;
  }

  /** Connections that have ended so far. */
  get connections(): number {
    return this.#connections;
  }

  /** Runs one step to its end. Does nothing once the run is stopped. */
  async take(step: Step): Promise<void> {
    const { signal, sources } = this.#options;
    if (signal.aborted) return;
    const tally = new StepTally(step, performance.now());
    this.tallies.push(tally);
    const progress = setInterval(() => {
      const inStep = Math.min(step.durationMs, performance.now() - tally.startedAt);
      this.note(`${step.name}: ${tally.connections} connections`, inStep);
    }, PROGRESS_MS);
    const end = await this.#loader.run({
      step,
      // Binding costs a system call; only a client that closes first, and not on loopback, gains by it.
      choosesPorts: sources.length > 0 || (this.#sparesPorts && closesFirst(step.mix)),
      readsPorts: this.#evidence.needsPorts,
      signal,
      onExchange: (exchange) => {
        this.#connections++;
        tally.exchange(exchange);
        this.#evidence.matcher.exchange(exchange, tally);
      },
    });
    clearInterval(progress);
    tally.end(performance.now(), end);
    this.#doneMs = Math.min(this.#totalMs, this.#doneMs + step.durationMs);
  }

  /** Tells whoever waits where the run is. */
  note(note: string, inStepMs = 0): void {
    const doneMs = Math.min(this.#totalMs, this.#doneMs + inStepMs);
    this.#options.onProgress?.({ doneMs, totalMs: this.#totalMs, note });
  }

  close(): Promise<void> {
    return this.#loader.close();
  }
}

const isLoopback = (addresses: readonly string[]): boolean => addresses.every((one) => one.startsWith('127.'));

const plainTarget = ({ address, port, method, request, keepAliveRequest }: CheckedTarget) => ({
  ...{ address, port, method, request, keepAliveRequest },
});
