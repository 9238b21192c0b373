import type { BoardDriver } from '../board-driver.ts';
import { connectControl, type BoardControl } from '../../tools/virtual-board/control-client.ts';
import type { BoardSnapshot } from '../../tools/virtual-board/inspect.ts';
import type { BoardReady } from '../../tools/virtual-board/session.ts';
import type { CaptureChoice } from '../stress/evidence.ts';

/** A virtual board that runs in another process, known by its control socket. */
export class VirtualDriver implements BoardDriver {
  readonly kind = 'virtual';
  readonly host: string;
  readonly port: number;
  readonly #control: BoardControl;

  constructor(control: BoardControl, host: string, port: number) {
    this.#control = control;
    this.host = host;
    this.port = port;
  }

  static async connect(controlPath: string, host: string, port: number): Promise<VirtualDriver> {
    return new VirtualDriver(await connectControl(controlPath), host, port);
  }

  async snapshot(options: { collect?: boolean } = {}): Promise<BoardSnapshot> {
    return (await this.#control.call('snapshot', options)) as BoardSnapshot;
  }

  close(): Promise<void> {
    this.#control.close();
    return Promise.resolve();
  }
}

/** The board's own address behind a gateway, as `last-ack board` sets it up. */
const BEHIND_GATEWAY = { address: '192.168.100.99', port: 80 };

/**
 * Where frames come from when `board` is under test: behind the gateway only the board's own wire shows its TCP;
 * with a TAP this machine's interface does, which is the client's view.
 */
export function captureFor(board: BoardReady): CaptureChoice {
  if (board.net !== 'gateway') return 'auto';
  return { kind: 'board-frames', controlPath: board.controlPath, board: BEHIND_GATEWAY };
}
