import pc from 'picocolors';

/** The numbered lines of a long job on stderr: what is being done, then how it ended. */
export interface Steps {
  /** Runs one step; `work` returns the short text that says what came of it. */
  step<T>(label: string, work: () => Promise<{ value: T; note: string }>): Promise<T>;
}

export function numberedSteps(total: number, write: (line: string) => void = (line) => console.error(line)): Steps {
  let index = 0;
  return {
    async step(label, work) {
      const title = `${pc.dim(`[${++index}/${total}]`)} ${label}`;
      write(`${title} ...`);
      const started = performance.now();
      const { value, note } = await work();
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      write(`${title}: ${pc.green(note)} ${pc.dim(`(${seconds} s)`)}`);
      return value;
    },
  };
}
