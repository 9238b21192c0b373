import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { ExitCode, UserError } from '../cli/exit.ts';
import { startProgress } from '../cli/progress.ts';
import { parseRate } from '../serial/baud-rate.ts';
import { findPort } from '../serial/discovery.ts';
import { openPort } from '../serial/open-port.ts';
import { eraseBoard, flashParts } from './flash.ts';
import { inspectImage, IROM_OFFSET, type ImagePart } from './image.ts';
import type { FlashProgress, SessionOptions } from './session.ts';

interface Options {
  port?: string;
  baud?: number;
  erase?: true;
  buttons?: true;
  json?: true;
}

export function register(command: Command): void {
  command
    .argument('[image...]', 'combined .bin file, or 0x00000.bin and 0x10000.bin')
    .option('-p, --port <path>', 'serial port; without it the only board is found')
    .option('-b, --baud <rate>', 'bit/s to start with, lowered when the line is bad (default: 460800)', parseRate)
    .option('--erase', 'erase the whole flash first, files included; without an image only that')
    .option('--buttons', 'for adapters without DTR and RTS: hold FLASH and press RST when told')
    .option('--json', 'print the result as JSON on stdout')
    .addHelpText('after', '\nExit codes: 0 good, 2 not an image that fits, 3 no board or port, 4 the board failed.')
    .action(run);
}

async function run(files: readonly string[], options: Options): Promise<void> {
  const parts = readParts(files);
  if (parts.length === 0 && !options.erase)
    throw new UserError('nothing to flash', 'name an image, or add --erase; see --help', ExitCode.usage);
  const image = parts.length > 0 ? inspectImage(parts) : undefined;
  const path = await findPort(options.port);
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const port = await openPort(path);
  const progress = startProgress('flashing');
  try {
    if (image?.isSynthetic && !port.isVirtual)
      throw new UserError('this is a synthetic image, without firmware', 'give a NodeMCU build', ExitCode.usage);
    const session: SessionOptions = {
      port,
      mode: options.buttons ? 'buttons' : 'lines',
      signal: interrupt.signal,
      onProgress: progressLine((done, total, note) => progress.update(done, total, note)),
      onNote: (note) => console.error(note),
      ...(options.baud !== undefined && { baudRate: options.baud }),
    };
    const result = image
      ? await flashParts({ ...session, parts, erase: options.erase ?? false })
      : { ...(await eraseBoard(session)), summary: 'flash erased' };
    progress.stop();
    console.log(options.json ? JSON.stringify(result) : result.summary);
  } finally {
    progress.stop();
    await port.close();
  }
}

function readParts(files: readonly string[]): ImagePart[] {
  return files.map((name) => ({ name, address: addressOf(name, files.length), data: read(name) }));
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

function read(name: string): Uint8Array {
  try {
    return readFileSync(name);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`cannot read ${name}: ${reason}`, 'check the path of the image', ExitCode.usage);
  }
}

/** Rate and time left of the phase that takes long. */
function progressLine(update: (done: number, total: number, note: string) => void): (progress: FlashProgress) => void {
  let started = performance.now();
  return ({ phase, done, total, baudRate }) => {
    if (phase !== 'write' && phase !== 'read') return;
    if (done === 0) started = performance.now();
    const seconds = (performance.now() - started) / 1000;
    const rate = done / seconds;
    const note = done > 0 ? `${Math.round(rate / 1024)} KiB/s at ${baudRate} baud, ${eta(total - done, rate)}` : '';
    update(done, total, note);
  };
}

const eta = (left: number, rate: number): string => `${Math.ceil(left / rate)} s left`;
