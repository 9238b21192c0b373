import { autoDetect } from '@serialport/bindings-cpp';
import { SerialPortStream } from '@serialport/stream';
import { ExitCode, UserError } from '../cli/exit.ts';
import type { ModemLines } from '../virtual-board/serial/line.ts';
import { connectControlLines, controlSocketBeside, type ControlLines } from './control-lines.ts';
import { withoutHardware } from './discovery.ts';
import { holdersOf } from './holders.ts';
import { keepPolling } from './keep-polling.ts';
import { Receivers, type Port } from './port.ts';

export interface OpenOptions {
  /** Bits per second; NodeMCU's console starts at 115200. */
  baudRate?: number;
}

/**
 * Opens a serial port for this process alone. Beside the pseudo-terminal of a virtual board lies its control socket:
 * modem lines and baud rate go there, since a pseudo-terminal has neither.
 * Tried on Linux with pseudo-terminals; real bridges, macOS (`/dev/tty.*`) and Windows (`COM3`) take the same way through
 * serialport and are untried.
 * @throws UserError when there is no such port, when somebody else has it, or when the user may not open it.
 */
export async function openPort(path: string, { baudRate = 115200 }: OpenOptions = {}): Promise<Port> {
  // Without hupcl both modem lines stay as they are after the end: dropping them one after the other resets some boards.
  const stream = new SerialPortStream({ binding: autoDetect(), path, baudRate, autoOpen: false, hupcl: false });
  await new Promise<void>((resolve, reject) => {
    stream.open((error) => (error ? reject(explainOpenError(path, error)) : resolve()));
  });
  keepPolling(stream);
  try {
    return new SystemPort(stream, await openControlLines(path, baudRate));
  } catch (error) {
    await new Promise<void>((resolve) => stream.close(() => resolve()));
    throw error;
  }
}

/** Undefined where the port has no virtual board behind it. */
async function openControlLines(path: string, baudRate: number): Promise<ControlLines | undefined> {
  const socket = controlSocketBeside(path);
  if (socket === undefined) return undefined;
  const control = await connectControlLines(socket);
  try {
    await control.setBaudRate(baudRate);
    return control;
  } catch (error) {
    control.close();
    throw error;
  }
}

/** Blocks are at most a few hundred bytes long, which 9600 baud carries in less than a second. */
const writeLimitMs = 10_000;

class SystemPort implements Port {
  readonly path: string;
  readonly isVirtual: boolean;
  readonly #stream: SerialPortStream;
  readonly #control: ControlLines | undefined;
  readonly #data = new Receivers<[Uint8Array]>();
  readonly #closed = new Receivers<[Error?]>();

  constructor(stream: SerialPortStream, control: ControlLines | undefined) {
    this.path = stream.path;
    this.isVirtual = control !== undefined;
    this.#stream = stream;
    this.#control = control;
    stream.on('data', (bytes: Buffer) => this.#data.send(bytes));
    stream.on('close', (error: Error | null) => this.#end(error ?? undefined));
    stream.on('error', () => undefined);
  }

  get baudRate(): number {
    return this.#stream.baudRate;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#requireOpen();
    await this.#unlessClosed((done) => {
      const stuck = setTimeout(() => done(new Error(`${this.path} takes no more bytes`)), writeLimitMs);
      const finish = (error?: Error | null): void => {
        clearTimeout(stuck);
        done(error);
      };
      this.#stream.write(Buffer.from(bytes), (error) => (error ? finish(error) : this.#stream.drain(finish)));
    });
  }

  onData(receiver: (bytes: Uint8Array) => void): () => void {
    return this.#data.add(receiver);
  }

  onClose(receiver: (error?: Error) => void): () => void {
    return this.#closed.add(receiver);
  }

  async setLines(lines: ModemLines): Promise<void> {
    this.#requireOpen();
    if (this.#control) return this.#control.setLines(lines);
    await this.#unlessClosed((done) => this.#stream.set({ ...lines }, done));
  }

  async setBaudRate(baudRate: number): Promise<void> {
    this.#requireOpen();
    await this.#unlessClosed((done) => this.#stream.update({ baudRate }, done));
    await this.#control?.setBaudRate(baudRate);
  }

  async close(): Promise<void> {
    if (!this.#stream.isOpen) return;
    await new Promise<void>((resolve) => this.#stream.close(() => resolve()));
  }

  #requireOpen(): void {
    if (!this.#stream.isOpen) throw new Error(`${this.path} is closed`);
  }

  /** The stream forgets some callbacks when the device disappears; its `close` event always comes. */
  #unlessClosed(start: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const forget = this.onClose((error) => reject(error ?? new Error(`${this.path} was closed`)));
      start((error) => {
        forget();
        if (error) reject(error);
        else resolve();
      });
    });
  }

  #end(error?: Error): void {
    this.#control?.close();
    this.#closed.send(error);
  }
}

/** Turns what the operating systems say into what happened and what to do. */
function explainOpenError(path: string, error: Error): UserError {
  if (/no such file|file not found/i.test(error.message))
    return new UserError(
      `there is no serial port ${path}`,
      `plug the board in (with a data cable), or ${withoutHardware}`,
      ExitCode.noBoard,
    );
  if (/permission denied/i.test(error.message))
    return new UserError(
      `you may not open ${path}`,
      'on Linux: sudo usermod -aG dialout "$USER" (group uucp on Arch), then log out and in',
      ExitCode.noBoard,
    );
  if (/cannot lock port|resource busy|temporarily unavailable|access denied/i.test(error.message))
    return busyPort(path);
  return new UserError(`${path} cannot be opened: ${error.message}`, 'is it a serial port?', ExitCode.noBoard);
}

function busyPort(path: string): UserError {
  const holders = holdersOf(path);
  return new UserError(
    `${path} is in use${holders.length > 0 ? ` by ${holders.join(', ')}` : ' by another program'}`,
    'close the other terminal or upload, then try again',
    ExitCode.noBoard,
  );
}
