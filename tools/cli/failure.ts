import pc from 'picocolors';
import { ExitCode, UserError } from './exit.ts';

/** Prints a failure for a person on stderr (or as one JSON line on stdout) and returns the exit code it deserves. */
export function reportFailure(error: unknown, asJson = process.argv.includes('--json')): ExitCode {
  const known = error instanceof UserError;
  const message = error instanceof Error ? error.message : String(error);
  const exitCode = known ? error.exitCode : ExitCode.failed;
  if (asJson) console.log(JSON.stringify({ error: message, cure: known ? error.cure : undefined, exitCode }));
  console.error(`${pc.red('error:')} ${message}`);
  if (known) console.error(`${pc.cyan(' cure:')} ${error.cure}`);
  else if (error instanceof Error && error.stack) console.error(pc.dim(error.stack));
  return exitCode;
}
