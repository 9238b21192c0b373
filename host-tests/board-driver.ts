import type { BoardSnapshot } from '../tools/virtual-board/inspect.ts';

/** One spec, two boards: what host-tests may know of the board under test, virtual or on Wi-Fi. */
export interface BoardDriver {
  readonly kind: 'virtual' | 'wifi';
  readonly host: string;
  readonly port: number;
  /**
   * What the board says of itself: everything for a virtual board (control socket), heap and connections for ours over
   * Wi-Fi (`GET /api/status`), undefined for a stranger's device. `collect`: Lua collects its garbage first, so that
   * garbage is not taken for a leak.
   */
  snapshot(options?: { collect?: boolean }): Promise<Partial<BoardSnapshot> | undefined>;
  close(): Promise<void>;
}
