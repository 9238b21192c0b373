import { RealClock, type Clock } from '../virtual-board/clock.ts';
import { BoardError } from './board-error.ts';
import { moveConsole } from './console-rate.ts';
import type { Port } from './port.ts';
import { Repl } from './repl.ts';
import { sleep } from './sleep.ts';

export interface ConnectOptions {
  clock?: Clock;
  /** Called with a line for a person when connecting takes longer than usual. */
  onNote?: (note: string) => void;
  /** Ends whatever waits, then and later, with `Interrupted`. */
  signal?: AbortSignal | undefined;
}

type Waiting = Required<Pick<ConnectOptions, 'clock' | 'onNote'>>;

/** What consoles are set to, after 115200: old builds, the boot ROM's rate, and what a fast transfer may have left. */
const otherRates = [9600, 74880, 921600, 460800, 230400, 57600];
/** Longer silence than any boot's, but for one that formats the file system. */
const silenceMs = 5000;
/** A board that has talked for so long without a prompt has an application in the way. */
const talkMs = 10_000;
/** The first boot after a flash makes the file system, which can mean a minute of silence. */
const formatMs = 90_000;
const remindMs = 10_000;

/** The boot ROM's rate with a 26 MHz crystal, and how soon after a reset it has said all that it has to say. */
const romBaud = 74880;
const romMs = 200;

/**
 * Gets a prompt out of the board: at the port's rate, at the other usual rates, and after a reset by the modem lines.
 * Leaves the port at the rate that answered.
 * @throws BoardError `silent` when nothing answers, `firmware` when there is none on the board.
 */
export async function connectRepl(port: Port, options: ConnectOptions = {}): Promise<Repl> {
  const { clock = new RealClock(), onNote = () => undefined } = options;
  const repl = new Repl(port, clock, options.signal);
  repl.watch.expectReset(true);
  try {
    const isConnected =
      (await repl.sync(800)) ||
      (await repl.sync(1200)) ||
      (await probeOtherRates(repl, { clock, onNote })) ||
      (await resetAndWait(repl, { clock, onNote }));
    if (!isConnected) throw await unanswered(repl);
    repl.watch.expectReset(false);
    return repl;
  } catch (error) {
    repl.detach();
    throw error;
  }
}

/** Tells a board that talks all the time from one that is dead. */
async function unanswered(repl: Repl): Promise<BoardError> {
  const before = repl.watch.bytesReceived;
  await repl.watch.until(() => undefined, 500);
  return repl.watch.bytesReceived > before
    ? new BoardError('prompt', `the board on ${repl.port.path} talks, but gives no prompt`)
    : new BoardError('silent', `nothing on ${repl.port.path} answers at any usual baud rate`);
}

async function probeOtherRates(repl: Repl, { clock, onNote }: Waiting): Promise<boolean> {
  const { port } = repl;
  const usual = port.baudRate;
  onNote(`no prompt at ${usual} baud, trying other rates`);
  for (const rate of otherRates) {
    if (!(await takesRate(port, rate)) || !(await repl.sync(400))) continue;
    onNote(`the console answers at ${rate} baud`);
    // A rate above the usual one is what an interrupted transfer has left, and ends with the next reset.
    if (rate > usual) return moveConsole(repl, clock, usual);
    return true;
  }
  await port.setBaudRate(usual);
  return false;
}

/** Drivers refuse some rates. */
function takesRate(port: Port, rate: number): Promise<boolean> {
  return port.setBaudRate(rate).then(
    () => true,
    () => false,
  );
}

async function resetAndWait(repl: Repl, options: Waiting): Promise<boolean> {
  const { clock, onNote } = options;
  onNote('no answer yet, resetting the board');
  await resetByLines(repl.port, clock);
  await requireFirmware(repl);
  return waitForPrompt(repl, options);
}

/** A chip whose flash holds no image starts over for ever, and would be taken for one that boots. */
async function requireFirmware({ port, watch }: Repl): Promise<void> {
  const usual = port.baudRate;
  if (!(await takesRate(port, romBaud))) return;
  watch.clear();
  const isBare = await watch.until((text) => (text.includes('ets_main.c') ? true : undefined), romMs);
  await port.setBaudRate(usual);
  if (isBare) throw new BoardError('firmware', `the board on ${port.path} has no firmware`);
}

/** Polls for the prompt while there is hope; a board that says that it formats its file system is given the time. */
export async function waitForPrompt(repl: Repl, { clock, onNote }: Waiting): Promise<boolean> {
  const { watch } = repl;
  const start = clock.now();
  let lastSeen = start;
  let bytes = watch.bytesReceived;
  let reminded: number | undefined;
  for (;;) {
    if (await repl.sync(1000)) return true;
    const now = clock.now();
    if (watch.bytesReceived !== bytes) lastSeen = now;
    bytes = watch.bytesReceived;
    if (!watch.hasSeenFormatting) {
      if (now - start > talkMs || now - lastSeen > silenceMs) return false;
    } else if (now - start > formatMs) {
      return false;
    } else if (now - (reminded ?? -Infinity) > remindMs) {
      reminded = now;
      onNote(
        `the board formats its file system, which may take a minute (${Math.round((now - start) / 1000)} s so far)`,
      );
    }
  }
}

/** Pulls the chip's reset for 100 ms without touching GPIO0: RTS asserted alone, then both lines released. */
export async function resetByLines(port: Port, clock: Clock = new RealClock()): Promise<void> {
  await port.setLines({ dtr: false, rts: true });
  await sleep(clock, 100);
  await port.setLines({ dtr: false, rts: false });
}
