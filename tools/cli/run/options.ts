import type { WifiOptions } from '../../upload/command.ts';

/** The command line of `last-ack run`. */
export interface RunOptions extends WifiOptions {
  virtual: boolean;
  stress: boolean;
  keep: boolean;
  port?: string;
  firmware?: string;
  host?: string;
  net: 'auto' | 'tap' | 'gateway';
  profile?: string;
  serial: 'line' | 'instant';
  transfer: 'auto' | 'nodemcu-tool';
  style: 'read-to-eof' | 'client-first';
  quick: boolean;
  out: string;
  json: boolean;
}
