import type { Progress } from '../cli/progress.ts';
import type { FlashProgress } from './session.ts';

/** Shows the phases that take long, with their rate and the time that is left. */
export function showFlashProgress(progress: Progress): (state: FlashProgress) => void {
  let started = performance.now();
  return ({ phase, done, total, baudRate }) => {
    if (phase === 'connect') return;
    if (done === 0) started = performance.now();
    progress.update(done, total, done === 0 ? phase : speedNote(phase, done, total - done, started, baudRate));
  };
}

function speedNote(phase: string, done: number, left: number, started: number, baudRate: number): string {
  const rate = (done * 1000) / (performance.now() - started);
  return `${phase}, ${Math.round(rate / 1024)} KiB/s at ${baudRate} baud, ${Math.ceil(left / rate)} s left`;
}
