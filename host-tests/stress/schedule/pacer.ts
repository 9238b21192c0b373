/**
 * setTimeout counts whole milliseconds and a thread that sleeps wakes up late: it ends this early, and the rest is spun
 * with setImmediate, so that sockets are still served. With 1 ms, one tick in a hundred came 0.6 to 2.4 ms late; with 2
 * it is 0.3.
 */
const SPIN_MS = 2;
/** One turn of the event loop takes 10 to 50 us: less than that is waited for at once. */
const LAST_MS = 0.05;

/** A pending tick of a pacer; `stop` is idempotent. */
export interface Pacing {
  stop(): void;
}

/**
 * Calls `tick(intendedAt)` at each of `timeOf(0)`, `timeOf(1)` ... on an absolute schedule, so that lateness never adds
 * up (setInterval drifts by 2.4 % at 5 ms). Times are `performance.now()` milliseconds. A tick that comes late is
 * still called, with the time it was meant for. Ends by itself, with `onEnd`, at the
 * first time that is not before `until`: every tick before it comes, however late.
 */
export function pace(
  timeOf: (n: number) => number,
  until: number,
  tick: (intendedAt: number) => void,
  onEnd: () => void = () => undefined,
): Pacing {
  let next = 0;
  let timeout: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let stopped = false;

  const wait = (): void => {
    const intendedAt = timeOf(next);
    if (stopped) return;
    if (!(intendedAt < until)) {
      onEnd();
      return;
    }
    const left = intendedAt - performance.now();
    if (left > SPIN_MS) timeout = setTimeout(wait, left - SPIN_MS);
    else if (left > LAST_MS) immediate = setImmediate(wait);
    else {
      while (performance.now() < intendedAt);
      next++;
      tick(intendedAt);
      // A schedule that is behind must not starve the connections it has opened.
      immediate = setImmediate(wait);
    }
  };
  wait();
  return {
    stop() {
      stopped = true;
      clearTimeout(timeout);
      clearImmediate(immediate);
    },
  };
}
