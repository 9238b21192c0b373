import path from 'node:path';
import pc from 'picocolors';
import type { StressReport } from '../../../host-tests/stress/report/stress-report.ts';
import { writeReport } from '../../../host-tests/stress/report/write-report.ts';
import { runStress } from '../../../host-tests/stress/run.ts';
import { headLadder } from '../../../host-tests/stress/schedule/ladder.ts';
import { build, type BuildResult } from '../../build/build.ts';
import { flashImage } from '../../flash/flash.ts';
import { readImageFiles } from '../../flash/image-files.ts';
import { showFlashProgress } from '../../flash/progress-note.ts';
import { openPort } from '../../serial/open-port.ts';
import type { Port } from '../../serial/port.ts';
import { describeUpload, uploadWithProgress, wifiFromOptions } from '../../upload/command.ts';
import { ExitCode } from '../exit.ts';
import { startProgress } from '../progress.ts';
import { findBoard, prepareNetwork, startBoard, type RunBoard } from './board.ts';
import { BoardLog } from './board-log.ts';
import type { Serving } from '../../monitor/serving.ts';
import type { RunOptions } from './options.ts';
import { Scope } from './scope.ts';
import { numberedSteps, type Steps } from './steps.ts';

/** Joining a Wi-Fi network and a first formatting of the file system take their time on silicon. */
const SERVING_TIMEOUT_MS = 90_000;

/** Everything in one go: build, flash, upload, boot, and then stress, a kept board or the log. */
export async function run(options: RunOptions): Promise<ExitCode> {
  await prepareNetwork(options);
  const scope = new Scope();
  try {
    return await runIn(scope, options);
  } finally {
    await scope.close();
  }
}

async function runIn(scope: Scope, options: RunOptions): Promise<ExitCode> {
  const image = options.firmware === undefined ? undefined : readImageFiles([options.firmware])[0]?.data;
  const steps = numberedSteps(5 + (options.stress ? 1 : 0));
  const built = await scope.interruptible(compile(steps));
  const board = await scope.interruptible(
    steps.step(options.virtual ? 'start a virtual board' : 'find the board', async () => {
      const value = options.virtual ? await startBoard(options, image, scope) : await findBoard(options, image);
      return { value, note: value.note };
    }),
  );
  await scope.interruptible(flash(steps, scope, board));

  const log = new BoardLog(path.join(options.out, 'board.log'));
  const port = await openPort(board.serialPath);
  scope.onClose(() => port.close());
  log.follow(port);
  await send(steps, board, port, built, options, scope.signal);
  const serving = await steps.step('boot, join Wi-Fi, serve', async () => {
    const value = board.reach(await log.waitUntilServing(SERVING_TIMEOUT_MS, scope.signal));
    return { value, note: `${value.host}:${value.port}, log in ${log.path}` };
  });

  const report = options.stress ? await hammer(steps, scope, board, serving, options) : undefined;
  if (!scope.signal.aborted && (options.keep || !report)) await stayUp(scope, board, log, serving);
  if (options.json) console.log(JSON.stringify({ serving, files: built.manifest.files, stress: report }));
  if (!report) return ExitCode.good;
  return report.partial ? ExitCode.interrupted : report.passed ? ExitCode.good : ExitCode.failed;
}

function compile(steps: Steps): Promise<BuildResult> {
  return steps.step('build firmware with typescript-to-lua', async () => {
    const value = await build();
    const bytes = value.manifest.files.reduce((sum, { size }) => sum + size, 0);
    return {
      value,
      note: `${value.manifest.files.length} files, ${bytes} bytes in ${path.relative('', value.outDir)}`,
    };
  });
}

function flash(steps: Steps, scope: Scope, { image, imageName, serialPath }: RunBoard): Promise<void> {
  return steps.step('flash NodeMCU with esptool-js', async () => {
    if (!image) return { value: undefined, note: 'skipped: no --firmware given, the board keeps what it has' };
    const progress = startProgress('flashing');
    try {
      const result = await flashImage({
        port: serialPath,
        image,
        signal: scope.signal,
        onProgress: showFlashProgress(progress),
        onNote: (note) => console.error(pc.dim(note)),
      });
      return { value: undefined, note: `${imageName}: ${result.summary}` };
    } finally {
      progress.stop();
    }
  });
}

function send(
  steps: Steps,
  board: RunBoard,
  port: Port,
  built: BuildResult,
  options: RunOptions,
  signal: AbortSignal,
): Promise<void> {
  return steps.step('upload', async () => {
    const result = await uploadWithProgress({
      port,
      dir: built.outDir,
      wifi: wifiFromOptions(options, board.isVirtual),
      transfer: options.transfer,
      restart: 'always',
      signal,
    });
    return { value: undefined, note: describeUpload(result) };
  });
}

async function hammer(
  steps: Steps,
  scope: Scope,
  board: RunBoard,
  serving: Serving,
  { style, quick, out, json }: RunOptions,
): Promise<StressReport> {
  const driver = await board.driver(serving);
  scope.onClose(() => driver.close());
  const report = await steps.step('stress: the HEAD ladder', async () => {
    const progress = startProgress('stress');
    try {
      const value = await runStress({
        ...serving,
        path: '/',
        method: 'HEAD',
        steps: headLadder({ style, quick }),
        board: driver,
        capture: board.capture,
        signal: scope.signal,
        onProgress: ({ doneMs, totalMs, note }) => progress.update(doneMs, totalMs, note),
      });
      return { value, note: value.passed ? 'every threshold kept' : 'NOT passed' };
    } finally {
      progress.stop();
    }
  });
  const summary = await writeReport(report, { out: path.join(out, 'stress.json') });
  if (!json) console.log(summary);
  return report;
}

async function stayUp(scope: Scope, board: RunBoard, log: BoardLog, serving: Serving): Promise<void> {
  console.error(`\n${pc.bold(await board.url(serving))}   in your browser; Ctrl-C ends. The board's log:`);
  log.watch((line) => console.error(pc.dim(line)));
  await scope.untilInterrupted();
}
