/** The address where the firmware says that it serves. */
export interface Serving {
  host: string;
  port: number;
}

/** What a line of the log says about where the board serves; undefined for every other line. */
export function parseServing(line: string): Serving | undefined {
  const [, host, port] = /^http: listening on ([\d.]+):(\d+)/.exec(line) ?? [];
  return host === undefined ? undefined : { host, port: Number(port) };
}
