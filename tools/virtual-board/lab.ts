/** Addresses of the private network between a virtual board and its host, the same wherever it runs. */
export const lab = {
  /** Linux's end of the TAP, or the client behind the gateway. */
  host: '192.168.100.1',
  board: '192.168.100.99',
  prefix: 24,
  tap: 'lastack0',
  httpPort: 80,
} as const;
