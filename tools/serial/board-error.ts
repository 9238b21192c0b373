import { ExitCode, UserError } from '../cli/exit.ts';

/** How a board can fail its host, each with what to do about it. */
const cures = {
  reset: 'the power may be too weak, or the application may crash; run the same command again',
  silent: 'press RST on the board and run it again; if that does not help, last-ack flash puts NodeMCU on it anew',
  stopped: 'it is busy, or stopped: end it and start last-ack board again',
  firmware: 'put NodeMCU on it with last-ack flash, then run it again',
  prompt: 'press RST and run it again; if it persists, flash the firmware anew with last-ack flash',
  full: 'remove files from the board, or format it: file.format() in last-ack monitor',
  memory: 'run it again: the board will start without its application first',
  disconnected: 'plug the cable in again and repeat the command; the old application is still on the board',
  corrupt: 'use a shorter cable or a lower --baud, and run it again',
} as const;

export type BoardFault = keyof typeof cures;

/** The board, and not its user, did something wrong: exit code 4. */
export class BoardError extends UserError {
  readonly fault: BoardFault;

  constructor(fault: BoardFault, message: string) {
    super(message, cures[fault], ExitCode.boardFailed);
    this.fault = fault;
  }
}
