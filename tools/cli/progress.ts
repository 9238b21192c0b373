import cliProgress from 'cli-progress';

/** Progress of long work: a bar on a terminal, plain lines (at most one per `plainEveryMs`) elsewhere; always on stderr. */
export interface Progress {
  /** `done` and `total` in the work's own unit; `note` is a short text such as a rate. */
  update(done: number, total: number, note?: string): void;
  /** Idempotent. */
  stop(): void;
}

export function startProgress(label: string, plainEveryMs = 2000): Progress {
  return process.stderr.isTTY ? startBar(label) : startLines(label, plainEveryMs);
}

function startBar(label: string): Progress {
  const bar = new cliProgress.SingleBar({
    format: `${label} {bar} {percentage}% {note}`,
    stream: process.stderr,
    barsize: 30,
    hideCursor: true,
    clearOnComplete: false,
  });
  let started = false;
  return {
    update(done, total, note = '') {
      if (!started) bar.start(total, done, { note });
      started = true;
      bar.setTotal(total);
      bar.update(done, { note });
    },
    stop() {
      if (started) bar.stop();
      started = false;
    },
  };
}

function startLines(label: string, everyMs: number): Progress {
  let last = -Infinity;
  let line = '';
  return {
    update(done, total, note = '') {
      line = `${label} ${Math.floor((100 * done) / Math.max(1, total))}% ${note}`.trimEnd();
      if (performance.now() - last < everyMs) return;
      last = performance.now();
      console.error(line);
      line = '';
    },
    stop() {
      if (line) console.error(line);
      line = '';
    },
  };
}
