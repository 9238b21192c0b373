import { RealClock, type Clock } from '../virtual-board/clock.ts';
import { BoardError } from './board-error.ts';
import { moveConsole } from './console-rate.ts';
import type { Port } from './port.ts';
import { Repl } from './repl.ts';
import { sleep } from './sleep.ts';

export interface ConnectOptions {
  clock?: Clock;
  /** How long a board that shows signs of life may take to its prompt; the first boot formats the file system. */
  bootMs?: number;
  /** Called with a line for a person when connecting takes longer than usual. */
  onNote?: (note: string) => void;
}

/** What consoles are set to, after 115200: old builds, the boot ROM's rate, and what a fast transfer may have left. */
const otherRates = [9600, 74880, 921600, 460800, 230400, 57600];
const silenceMs = 5000;

/** The boot ROM's rate with a 26 MHz crystal, and how soon after a reset it has said all that it has to say. */
const romBaud = 74880;
const romMs = 500;

/**
 * Gets a prompt out of the board: at the port's rate, at the other usual rates, and after a reset by the modem lines.
 * Leaves the port at the rate that answered.
 * @throws BoardError `silent` when nothing answers, `firmware` when there is none on the board.
 */
export async function connectRepl(port: Port, options: ConnectOptions = {}): Promise<Repl> {
  const { clock = new RealClock(), bootMs = 60_000, onNote = () => undefined } = options;
  const repl = new Repl(port, clock);
  repl.watch.expectReset(true);
  try {
    const isConnected =
      (await repl.sync(800)) ||
      (await repl.sync(1200)) ||
      (await probeOtherRates(repl, { clock, bootMs, onNote })) ||
      (await resetAndWait(repl, { clock, bootMs, onNote }));
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

async function probeOtherRates(repl: Repl, { clock, onNote }: Required<ConnectOptions>): Promise<boolean> {
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

async function resetAndWait(repl: Repl, options: Required<ConnectOptions>): Promise<boolean> {
  const { clock, bootMs, onNote } = options;
  onNote('no answer yet, resetting the board');
  await resetByLines(repl.port, clock);
  await requireFirmware(repl);
  return waitForPrompt(repl, clock, bootMs);
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

/** Polls for the prompt as long as the board says anything, at most `bootMs`. */
export async function waitForPrompt(repl: Repl, clock: Clock, bootMs: number): Promise<boolean> {
  const start = clock.now();
  let lastSeen = start;
  let bytes = repl.watch.bytesReceived;
  while (clock.now() - start < bootMs && clock.now() - lastSeen < silenceMs) {
    if (await repl.sync(1000)) return true;
    if (repl.watch.bytesReceived !== bytes) lastSeen = clock.now();
    bytes = repl.watch.bytesReceived;
  }
  return false;
}

/** Pulls the chip's reset for 100 ms without touching GPIO0: RTS asserted alone, then both lines released. */
export async function resetByLines(port: Port, clock: Clock = new RealClock()): Promise<void> {
  await port.setLines({ dtr: false, rts: true });
  await sleep(clock, 100);
  await port.setLines({ dtr: false, rts: false });
}
