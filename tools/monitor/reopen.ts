import { UserError } from '../cli/exit.ts';
import { openPort } from '../serial/open-port.ts';
import type { Port } from '../serial/port.ts';

const retryMs = 500;

/** Tries to open a port again until it is back; undefined when `signal` ends the waiting. */
export async function reopenPort({ path, baudRate }: Port, signal: AbortSignal): Promise<Port | undefined> {
  while (!signal.aborted) {
    try {
      return await openPort(path, { baudRate });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
    await pause(retryMs, signal);
  }
  return undefined;
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
