import { accessSync, constants, existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { ExitCode, UserError } from '../cli/exit.ts';
import { startProgress } from '../cli/progress.ts';
import { parseRate } from '../serial/baud-rate.ts';
import { findPort } from '../serial/discovery.ts';
import { openPort } from '../serial/open-port.ts';
import { readBoard, restoreBoard } from './backup.ts';
import { eraseBoard, flashParts } from './flash.ts';
import { readBinary, readImageFiles } from './image-files.ts';
import { showFlashProgress } from './progress-note.ts';
import type { SessionOptions } from './session.ts';

interface Options {
  port?: string;
  baud?: number;
  erase?: true;
  read?: string;
  restore?: string;
  buttons?: true;
  json?: true;
}

const help = `
Examples:
  last-ack flash nodemcu.bin                write, verify, start; the files on the board stay
  last-ack flash 0x00000.bin 0x10000.bin    the same from the two files that a make build gives
  last-ack flash --erase nodemcu.bin        after trouble with what an older firmware left
  last-ack flash --read backup.bin          all of the board, before you try something

An image with float support and at least the modules file, gpio, net, node, tmr, uart and wifi comes from the
NodeMCU cloud build, its Docker image or make. It is checked before a byte is written.
Exit codes: 0 good, 2 not an image that fits, 3 no board or port, 4 the board failed, 130 interrupted.`;

export function register(command: Command): void {
  command
    .argument('[image...]', 'combined .bin file, or 0x00000.bin and 0x10000.bin')
    .option('-p, --port <path>', 'serial port; without it the only board is found')
    .option('-b, --baud <rate>', 'bit/s to start with, lowered when the line is bad (default: 460800)', parseRate)
    .option('--erase', 'erase the whole flash first, files included; without an image only that')
    .option('--read <file>', 'save all of the flash to a file, Wi-Fi password included')
    .option('--restore <file>', 'put such a file back')
    .option('--buttons', 'for adapters without DTR and RTS: hold FLASH and press RST when told')
    .option('--json', 'print the result as JSON on stdout')
    .addHelpText('after', help)
    .action(run);
}

interface Summary {
  summary: string;
  banner?: string | undefined;
}

const NO_BANNER = 'the board has not greeted yet: a first boot may format the file system for up to a minute';

/** What is done with a board once the port is open. */
type Job = (session: SessionOptions) => Promise<Summary>;

async function run(files: readonly string[], options: Options): Promise<void> {
  const job = chooseJob(files, options);
  const path = await findPort(options.port);
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const port = await openPort(path);
  const progress = startProgress(options.read === undefined ? 'flashing' : 'reading');
  try {
    const result = await job({
      port,
      mode: options.buttons ? 'buttons' : 'lines',
      signal: interrupt.signal,
      onProgress: showFlashProgress(progress),
      onNote: (note) => console.error(note),
      ...(options.baud !== undefined && { baudRate: options.baud }),
    });
    progress.stop();
    console.log(options.json ? JSON.stringify(result) : result.summary);
    if ('banner' in result) console.error(result.banner ?? NO_BANNER);
  } finally {
    progress.stop();
    await port.close();
  }
}

/** Everything that can be wrong with the files is found before the port is opened. */
function chooseJob(files: readonly string[], { erase, read, restore }: Options): Job {
  const wanted = [files.length > 0, read !== undefined, restore !== undefined].filter(Boolean).length;
  if (wanted > 1 || (erase && (read ?? restore) !== undefined))
    throw new UserError('more than one thing to do', 'give an image, --read or --restore, not two', ExitCode.usage);
  if (read !== undefined) {
    checkIsNew(read);
    return (session) => backUp(session, read);
  }
  if (restore !== undefined) {
    const backup = readBinary(restore);
    return (session) => restoreBoard({ ...session, backup });
  }
  if (files.length > 0) {
    const parts = readImageFiles(files);
    return (session) => flashParts({ ...session, parts, erase: erase ?? false });
  }
  if (erase) return eraseBoard;
  throw new UserError('nothing to flash', 'name an image, or add --erase, --read or --restore', ExitCode.usage);
}

/** Reading takes minutes, and an older backup may be the only good one. */
function checkIsNew(file: string): void {
  if (existsSync(file)) throw new UserError(`${file} exists already`, 'give the backup another name', ExitCode.usage);
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch {
    throw new UserError(`no file can be made in ${dirname(file)}`, 'give the backup another place', ExitCode.usage);
  }
}

async function backUp(session: SessionOptions, file: string): Promise<Summary> {
  const { bytes, ...rest } = await readBoard(session);
  writeFileSync(file, bytes, { mode: 0o600 });
  return { ...rest, summary: `${rest.summary}, saved as ${file}` };
}
