/** TCP state names in the field's own terms; keys of `BoardSnapshot.pcbs`. */
export type TcpStateName =
  | 'LISTEN'
  | 'SYN_SENT'
  | 'SYN_RCVD'
  | 'ESTABLISHED'
  | 'FIN_WAIT_1'
  | 'FIN_WAIT_2'
  | 'CLOSE_WAIT'
  | 'CLOSING'
  | 'LAST_ACK'
  | 'TIME_WAIT';

/** The board from outside, at one moment. */
export interface BoardSnapshot {
  /** Milliseconds since power-on, board clock. */
  timeMs: number;
  /** What the CPU runs. */
  mode: 'off' | 'rom-loader' | 'booting' | 'running' | 'panicked';
  profile: string;
  /** Free heap in bytes, and the lowest since boot. */
  heap: number;
  minHeap: number;
  /** Resets since power-on, by cause. */
  restarts: number;
  lastReset: string;
  /** Control blocks by TCP state; states without any are absent. LISTEN is not counted. */
  pcbs: Partial<Record<TcpStateName, number>>;
  /** GPIO number to level, for pins that the firmware has configured as outputs. */
  pins: Record<string, 0 | 1>;
  wifi: { connected: boolean; ip: string };
  /** Frames that the receive ring had no place for; absent at the speed of the host. */
  overruns?: number;
}

/** Everything that happens on a board, as JSON lines say it. `t` is the board clock in milliseconds. */
export type BoardEvent =
  | { t: number; type: 'reset'; cause: string }
  | { t: number; type: 'pin'; gpio: number; level: 0 | 1 }
  | { t: number; type: 'serial'; text: string }
  | { t: number; type: 'panic'; message: string }
  | { t: number; type: 'wifi'; connected: boolean; ip: string }
  | { t: number; type: 'pcb'; connection: string; from: TcpStateName | 'CLOSED'; to: TcpStateName | 'CLOSED' };
