import type { Random } from '../../../tools/virtual-board/random.ts';
import type { Exchange } from '../client/exchange.ts';
import type { LocalPorts } from '../client/local-ports.ts';
import type { Target } from '../client/slot.ts';
import type { Step } from './ladder.ts';
import { runStep, type StepEnd } from './step-runner.ts';

/** A step to be run. */
export interface StepOrder {
  step: Step;
  /** Local ends are chosen in rotation instead of by the system. */
  choosesPorts: boolean;
  /** Each exchange knows its local port, for one system call; without it only one that went wrong does. */
  readsPorts: boolean;
  signal: AbortSignal;
  /** The object is reused for the next exchange. */
  onExchange: (exchange: Exchange) => void;
}

/** Whoever opens the connections: this thread, or several others. */
export interface Loader {
  /** Busiest share of time of any thread that only opens connections, 0 to 1; 0 when there is none. */
  readonly utilization: number;
  /** Resolves when the step's last connection has ended. */
  run(order: StepOrder): Promise<StepEnd>;
  close(): Promise<void>;
}

/** Opens the connections in this thread. */
export class ThisThread implements Loader {
  readonly utilization = 0;
  readonly #target: Target;
  readonly #deadlineMs: number;
  readonly #random: Random;
  readonly #ports: LocalPorts;

  constructor(target: Target, deadlineMs: number, random: Random, ports: LocalPorts) {
    this.#target = target;
    this.#deadlineMs = deadlineMs;
    this.#random = random;
    this.#ports = ports;
  }

  run({ step, choosesPorts, readsPorts, signal, onExchange }: StepOrder): Promise<StepEnd> {
    return runStep({
      target: this.#target,
      step,
      deadlineMs: this.#deadlineMs,
      readsPorts,
      random: this.#random,
      signal,
      onExchange,
      ...(choosesPorts && { ports: this.#ports }),
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
