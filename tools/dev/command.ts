import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { Builder } from '../build/build.ts';
import { ExitCode, UserError } from '../cli/exit.ts';
import { logOutput } from '../monitor/command.ts';
import { exitKey, readKeyboard } from '../monitor/keyboard.ts';
import { parseServing } from '../monitor/serving.ts';
import { traceExplainer } from '../monitor/traceback.ts';
import { parseRate } from '../serial/baud-rate.ts';
import { findPort } from '../serial/discovery.ts';
import { openPort } from '../serial/open-port.ts';
import { addWifiOptions, wifiFromOptions, type WifiOptions } from '../upload/command.ts';
import { startVirtualBoard, type VirtualBoardSession } from '../virtual-board/session.ts';
import { DevLoop } from './dev.ts';
import { startLiveReload, type LiveReload } from './live-reload.ts';
import { watchSources } from './sources.ts';

interface Options extends WifiOptions {
  virtual: boolean;
  port?: string;
  baud: number;
  project?: string;
  pagePort: number;
  json?: true;
}

export function register(command: Command): void {
  addWifiOptions(
    command
      .option('--virtual', 'use a virtual board instead of one on a serial port', false)
      .option('-p, --port <path>', 'serial port; without it the only board is found')
      .option('-b, --baud <rate>', 'console rate in bit/s', parseRate, 115200)
      .option('--project <path>', 'tsconfig.json or its folder (default: firmware/, else the working directory)')
      .option(
        '--page-port <number>',
        'port on localhost of the page that reloads itself; 0: a free one',
        parsePagePort,
        0,
      ),
  )
    .option('--json', 'one JSON object per line of the log on stdout')
    .addHelpText(
      'after',
      [
        '\nExamples:',
        '  last-ack dev --virtual                     no hardware: edit firmware/src or firmware/web, and see',
        '  last-ack dev --ssid NAME --password TEXT   the same on a real board',
        '\nIt prints the URL of a page that shows what the board serves, and reloads when the board has started anew.',
        `What is typed goes to the board; ${exitKey} ends.`,
        'Exit codes: 0 ended, 2 usage, 3 no board or port, 4 the board failed.',
      ].join('\n'),
    )
    .action(dev);
}

function parsePagePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65536) return port;
  throw new UserError(`${text} is not a port`, 'give a number up to 65535, or 0 for a free one', ExitCode.usage);
}

async function dev(options: Options): Promise<void> {
  const builder = new Builder(options.project === undefined ? {} : { project: options.project });
  const board = options.virtual ? await startEmptyBoard() : undefined;
  const live = await startLiveReload(options.pagePort);
  try {
    await loop(options, builder, live, board);
  } finally {
    await live.close();
    await board?.close();
  }
}

async function loop(
  options: Options,
  builder: Builder,
  live: LiveReload,
  board: VirtualBoardSession | undefined,
): Promise<void> {
  const port = await openPort(board?.serialPath ?? (await findPort(options.port)), { baudRate: options.baud });
  const loop = new DevLoop({
    port,
    build: () => builder.build(),
    upload: { wifi: wifiFromOptions(options, port.isVirtual) },
    explain: traceExplainer(builder.outDir),
    output: logOutput(options.json === true),
    onLine: (line) => {
      const serving = parseServing(line);
      if (!serving) return;
      live.setBoard(board ? { host: board.host, port: board.port } : serving);
      live.reload();
      loop.note(`${live.url} shows the board's page and reloads by itself`);
    },
  });
  const end = (): void => void loop.close();
  const releaseKeyboard = readKeyboard((text) => loop.send(text), end);
  process.once('SIGINT', end).once('SIGTERM', end);
  const folder = dirname(builder.project.configFile);
  const stopWatching = await watchSources(folder, (files) => void loop.update(`${files.join(', ')} changed`));
  try {
    loop.note(`watching ${folder}, ${exitKey} ends`);
    const following = loop.follow();
    await loop.update('start');
    await following;
  } finally {
    await stopWatching();
    releaseKeyboard();
    process.off('SIGINT', end).off('SIGTERM', end);
    await loop.close();
  }
}

/** A virtual board with NodeMCU on it and no application, served through localhost. */
async function startEmptyBoard(): Promise<VirtualBoardSession> {
  const files = mkdtempSync(join(tmpdir(), 'last-ack-empty-'));
  try {
    return await startVirtualBoard({ net: 'gateway', files });
  } finally {
    rmSync(files, { recursive: true });
  }
}
