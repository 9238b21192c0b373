const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * A signal that is aborted by Ctrl-C and by whatever else asks a process to end, and says `notice` then. Each of them
 * ends the process the second time, and all do after `stop`, as if nobody had listened.
 */
export function interruptions(notice: string): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (!controller.signal.aborted) console.error(notice);
    controller.abort();
  };
  for (const signal of signals) process.once(signal, onSignal);
  return {
    signal: controller.signal,
    stop: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
