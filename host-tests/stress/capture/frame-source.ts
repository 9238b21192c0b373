/** A captured frame: an Ethernet II frame, perhaps cut after 96 bytes; the array is only valid during the call. */
export type OnFrame = (bytes: Uint8Array, t: number) => void;

/** Where captured frames come from. Times are milliseconds since the epoch, fractional. */
export interface FrameSource {
  /** Names the evidence in the report, such as "packet socket on lastack0". */
  readonly name: string;
  /** Frames the capture itself lost; a run with any is invalid. */
  drops(): number;
  /** Where a gateway stands between: the port that the client knows, by the port in the frames. */
  clientPorts?(): Promise<Readonly<Record<number, number>>>;
  /** Stops; no frame comes afterwards. Resolves when what was under way has been delivered. */
  close(): Promise<void>;
}

/** A frame source by description, so that it can be opened in another thread. */
export type FrameSourceOptions =
  | { kind: 'packet-socket'; interface: string }
  | { kind: 'program'; program: 'tcpdump' | 'dumpcap'; interface: string; host: string; port: number }
  | { kind: 'board-frames'; controlPath: string; board: { address: string; port: number } };
