/** Addresses of the private network between a virtual board and its host, the same wherever it runs. */
export const lab = {
  /** Linux's end of the TAP, or the client behind the gateway. */
  host: '192.168.100.1',
  board: '192.168.100.99',
  prefix: 24,
  /** The host's end of the link, TAP or veth. */
  interface: 'lastack0',
  httpPort: 80,
  /** Where the board's HTTP port is found on the host's loopback. */
  localPort: 8099,
} as const;

/** Ports to try in turn on the loopback: the one that was asked for, or the usual one and then any. */
export const portCandidates = (wanted: number | undefined): number[] =>
  wanted === undefined ? [lab.localPort, 0] : [wanted];
