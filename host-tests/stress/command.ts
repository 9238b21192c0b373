import type { Command } from 'commander';
import { ExitCode, UserError } from '../../tools/cli/exit.ts';
import { interruptions } from '../../tools/cli/interruptions.ts';
import { beside } from '../../tools/cli/output-file.ts';
import { startProgress } from '../../tools/cli/progress.ts';
import { WifiDriver } from '../drivers/wifi-driver.ts';
import { addStressOptions, type StressFlags } from './options.ts';
import type { StressReport } from './report/stress-report.ts';
import { terminalReport } from './report/terminal.ts';
import { checkReportWritable, writeReport } from './report/write-report.ts';
import { runStress } from './run.ts';
import { headLadder, stepsOf, type Step } from './schedule/ladder.ts';
import { parseLoad } from './schedule/load.ts';
import { parseThreshold } from './thresholds.ts';
import { startBoardUnderTest, type BoardUnderTest } from './virtual.ts';

export function register(command: Command): void {
  addStressOptions(command).action(stress);
}

async function stress(flags: StressFlags): Promise<void> {
  const steps = stepsFor(flags);
  flags.threshold?.forEach(parseThreshold);
  checkReportWritable(flags);
  const board = flags.virtual ? await startBoardUnderTest(flags, flags.seed) : findOnNetwork(flags);
  const interrupt = interruptions('interrupted: the partial report comes; Ctrl-C again ends at once');
  const progress = startProgress('stress');
  try {
    if (board.netReason !== '') console.error(board.netReason);
    const report = await runStress({
      host: board.host,
      port: board.port,
      path: flags.path,
      method: flags.method,
      steps,
      capture: flags.capture === 'none' ? 'none' : board.capture,
      captureFolder: beside(flags.out, '-captures'),
      board: board.driver,
      seed: flags.seed,
      workers: flags.workers,
      ...(flags.sources !== undefined && { sources: flags.sources }),
      signal: interrupt.signal,
      ...(flags.deadline !== undefined && { deadlineMs: flags.deadline }),
      ...(flags.coolDown !== undefined && { coolDownMs: flags.coolDown }),
      ...(flags.threshold && { thresholds: flags.threshold }),
      onProgress: ({ doneMs, totalMs, note }) => progress.update(doneMs, totalMs, note),
    });
    progress.stop();
    const summary = await writeReport(report, flags).catch((error: unknown) => {
      console.log(flags.json ? JSON.stringify(report) : terminalReport(report));
      throw error;
    });
    console.log(flags.json ? JSON.stringify(report) : summary);
    process.exitCode = exitCodeOf(report);
  } finally {
    progress.stop();
    interrupt.stop();
    await board.close();
  }
}

function exitCodeOf({ partial, invalid, passed }: StressReport): ExitCode {
  if (partial) return ExitCode.interrupted;
  if (invalid.length > 0) return ExitCode.invalid;
  return passed ? ExitCode.good : ExitCode.failed;
}

function stepsFor({ load, style, quick, full, step }: StressFlags): Step[] {
  if (load) return stepsOf(load.map(parseLoad), style);
  return headLadder({ style, quick, full, ...(step !== undefined && { stepMs: step }) });
}

function findOnNetwork({ host, port }: StressFlags): BoardUnderTest {
  if (host === undefined)
    throw new UserError(
      'Nothing to hammer.',
      'Give --host with the address of a board, or --virtual to start one.',
      ExitCode.usage,
    );
  const driver = new WifiDriver(host, port);
  return { host, port, driver, capture: 'auto', netReason: '', close: () => driver.close() };
}
