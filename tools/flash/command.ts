import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { ExitCode, UserError } from '../cli/exit.ts';
import { startProgress } from '../cli/progress.ts';
import { parseRate } from '../serial/baud-rate.ts';
import { findPort } from '../serial/discovery.ts';
import { openPort } from '../serial/open-port.ts';
import { readBoard, restoreBoard } from './backup.ts';
import { eraseBoard, flashParts } from './flash.ts';
import { inspectImage, IROM_OFFSET, type ImagePart } from './image.ts';
import type { FlashProgress, SessionOptions } from './session.ts';

interface Options {
  port?: string;
  baud?: number;
  erase?: true;
  read?: string;
  restore?: string;
  buttons?: true;
  json?: true;
}

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
    .addHelpText('after', '\nExit codes: 0 good, 2 not an image that fits, 3 no board or port, 4 the board failed.')
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
  process.once('SIGINT', () => interrupt.abort());
  const port = await openPort(path);
  const progress = startProgress(options.read === undefined ? 'flashing' : 'reading');
  try {
    const result = await job({
      port,
      mode: options.buttons ? 'buttons' : 'lines',
      signal: interrupt.signal,
      onProgress: progressLine((done, total, note) => progress.update(done, total, note)),
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
  if (read !== undefined) return (session) => backUp(session, read);
  if (restore !== undefined) {
    const backup = readInput(restore);
    return (session) => restoreBoard({ ...session, backup });
  }
  if (files.length > 0) return flashJob(readParts(files), erase ?? false);
  if (erase) return eraseBoard;
  throw new UserError('nothing to flash', 'name an image, or add --erase, --read or --restore', ExitCode.usage);
}

function flashJob(parts: readonly ImagePart[], erase: boolean): Job {
  const { isSynthetic } = inspectImage(parts);
  return (session) => {
    if (isSynthetic && !session.port.isVirtual)
      throw new UserError(
        'this is a synthetic image: only a virtual board, which brings its own firmware, runs after it',
        'give a NodeMCU build',
        ExitCode.usage,
      );
    return flashParts({ ...session, parts, erase });
  };
}

async function backUp(session: SessionOptions, file: string): Promise<Summary> {
  const { bytes, ...rest } = await readBoard(session);
  writeFileSync(file, bytes, { mode: 0o600 });
  return { ...rest, summary: `${rest.summary}, saved as ${file}` };
}

function readParts(files: readonly string[]): ImagePart[] {
  return files.map((name) => ({ name, address: addressOf(name, files.length), data: readInput(name) }));
}

/** Espressif's makefiles call the parts by their address. */
function addressOf(name: string, count: number): number {
  if (count === 1) return 0;
  const address = /0x([0-9a-f]{5})\.bin$/i.exec(name)?.[1];
  const known = address === undefined ? undefined : parseInt(address, 16);
  if (known === 0 || known === IROM_OFFSET) return known;
  throw new UserError(
    `${name} does not say where it belongs`,
    'give one combined image, or the two files 0x00000.bin and 0x10000.bin',
    ExitCode.usage,
  );
}

function readInput(name: string): Uint8Array {
  try {
    return readFileSync(name);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`cannot read ${name}: ${reason}`, 'check the path', ExitCode.usage);
  }
}

/** Rate and time left of the phases that take long. */
function progressLine(update: (done: number, total: number, note: string) => void): (progress: FlashProgress) => void {
  let started = performance.now();
  return ({ phase, done, total, baudRate }) => {
    if (phase === 'connect') return;
    if (done === 0) started = performance.now();
    update(done, total, done === 0 ? phase : speedNote(phase, done, total - done, started, baudRate));
  };
}

function speedNote(phase: string, done: number, left: number, started: number, baudRate: number): string {
  const rate = (done * 1000) / (performance.now() - started);
  return `${phase}, ${Math.round(rate / 1024)} KiB/s at ${baudRate} baud, ${Math.ceil(left / rate)} s left`;
}
