import { get } from 'node:http';
import type { BoardDriver } from '../board-driver.ts';

/** What `GET /api/status` of this project's firmware says; anything else there is a stranger's. */
interface Status {
  heap: number;
  /** Seconds since boot. */
  uptime?: number;
  /** Connections open now, the one that asks included. */
  connections?: number;
}

const TIMEOUT_MS = 5000;

/** A board that is known by its address only. It is asked over HTTP; each question is one connection more. */
export class WifiDriver implements BoardDriver {
  readonly kind = 'wifi';
  readonly host: string;
  readonly port: number;
  #stranger = false;
  #lastUptime = 0;
  #restarts = 0;

  constructor(host: string, port: number) {
    this.host = host;
    this.port = port;
  }

  async snapshot(options: { collect?: boolean } = {}): ReturnType<BoardDriver['snapshot']> {
    if (this.#stranger) return undefined;
    const status = await readStatus(this.host, this.port, options.collect ?? false);
    if (status === 'not ours') this.#stranger = true;
    if (typeof status === 'string') return undefined;
    if (status.uptime !== undefined) {
      if (status.uptime < this.#lastUptime) this.#restarts++;
      this.#lastUptime = status.uptime;
    }
    const open = Math.max(0, (status.connections ?? 1) - 1);
    return {
      heap: status.heap,
      ...(status.connections !== undefined && { pcbs: { ESTABLISHED: open } }),
      ...(status.uptime !== undefined && { restarts: this.#restarts }),
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function readStatus(host: string, port: number, collect: boolean): Promise<Status | 'not ours' | 'no answer'> {
  return new Promise((resolve) => {
    const path = collect ? '/api/status?collect=1' : '/api/status';
    const request = get({ host, port, path, agent: false, timeout: TIMEOUT_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(response.statusCode === 503 ? 'no answer' : parseStatus(text)));
      response.on('error', () => resolve('no answer'));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve('no answer'));
  });
}

function parseStatus(text: string): Status | 'not ours' {
  try {
    const status = JSON.parse(text) as Partial<Status> | null;
    if (typeof status?.heap !== 'number') return 'not ours';
    return { ...status, heap: status.heap };
  } catch {
    return 'not ours';
  }
}
