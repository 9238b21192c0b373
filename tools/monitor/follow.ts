import { openPort } from '../serial/open-port.ts';
import type { Port } from '../serial/port.ts';
import { exitKey, readKeyboard } from './keyboard.ts';
import { reopenPort } from './reopen.ts';
import { Monitor, type MonitorOptions } from './monitor.ts';

export interface FollowOptions extends MonitorOptions {
  /** A path; or a port that is open already, which is closed in the end. */
  port: string | Port;
  baudRate?: number;
  /** Ends the log, besides the exit key and SIGINT. */
  signal?: AbortSignal;
}

/**
 * Shows a board's log and passes on what is typed until the exit key, SIGINT, SIGTERM or `signal`; when the cable goes,
 * waits for it to return.
 */
export async function followLog(options: FollowOptions): Promise<void> {
  const monitor = new Monitor(options);
  const stop = new AbortController();
  const end = (): void => stop.abort();
  let port = typeof options.port === 'string' ? await open(options.port, options.baudRate) : options.port;
  const send = (text: string): void => {
    port.write(Buffer.from(text)).catch(() => undefined);
  };
  const releaseKeyboard = readKeyboard(send, end);
  process.once('SIGINT', end).once('SIGTERM', end);
  options.signal?.addEventListener('abort', end);
  monitor.note(`log of ${port.path} at ${port.baudRate} baud, ${exitKey} ends it`);
  try {
    while (!stop.signal.aborted) {
      const closed = monitor.follow(port);
      const close = (): void => void port.close();
      stop.signal.addEventListener('abort', close);
      const error = await closed;
      stop.signal.removeEventListener('abort', close);
      if (!error) break;
      monitor.note(`${port.path} has disappeared, waiting for it to return (${exitKey} ends)`);
      const returned = await reopenPort(port, stop.signal);
      if (!returned) break;
      port = returned;
      monitor.note(`${port.path} is back`);
    }
  } finally {
    releaseKeyboard();
    process.off('SIGINT', end).off('SIGTERM', end);
    options.signal?.removeEventListener('abort', end);
    await port.close();
  }
}

const open = (path: string, baudRate: number | undefined): Promise<Port> =>
  openPort(path, baudRate === undefined ? {} : { baudRate });
