/** The exit codes of every verb. */
export const ExitCode = {
  good: 0,
  failed: 1,
  usage: 2,
  noBoard: 3,
  boardFailed: 4,
  timeout: 5,
  /** What was measured proves nothing: frames were lost, or nothing could be sent. */
  invalid: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** A failure that a user can do something about: what happened, and the cure. Printed without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: ExitCode;
  readonly cure: string;

  constructor(message: string, cure: string, exitCode: ExitCode = ExitCode.failed) {
    super(message);
    this.exitCode = exitCode;
    this.cure = cure;
  }
}

/** Ctrl-C, or a signal that asks for the end. */
export class Interrupted extends UserError {
  constructor(cure = 'run it again') {
    super('interrupted', cure, ExitCode.interrupted);
  }
}
