import { ExitCode, Interrupted, UserError } from '../cli/exit.ts';
import { adler32 } from '../build/adler32.ts';
import { BoardError, type BoardFault } from '../serial/board-error.ts';
import { connectRepl } from '../serial/connect.ts';
import { openPort } from '../serial/open-port.ts';
import type { Port } from '../serial/port.ts';
import type { Repl } from '../serial/repl.ts';
import { RealClock, type Clock } from '../virtual-board/clock.ts';
import { commitName, commitScript, orderSwaps, ownedName, setAsideName } from './commit.ts';
import { Courier, type CourierOptions } from './courier.ts';
import { DeviceFiles } from './device-files.ts';
import { readBuild } from './local-files.ts';
import { makePlan, type LocalFile, type Plan } from './plan.ts';
import { restoreSetAside, startWithoutApplication } from './safe-mode.ts';
import type { Transfer } from './transfer.ts';
import { wifiFileName, wifiLua, type WifiSettings } from './wifi-settings.ts';
import { withdraw } from './withdraw.ts';

/** Longer than boot guards wait for a key. */
const bootGuardSeconds = 4;

/** What an application can do to an upload: crash, eat the heap, flood the line. */
const applicationFaults: ReadonlySet<BoardFault> = new Set(['reset', 'memory', 'prompt', 'corrupt']);

/** After these there is nobody to put anything in order. */
const unansweredFaults: ReadonlySet<BoardFault> = new Set(['disconnected', 'reset', 'silent', 'stopped']);

interface UploadProgress {
  /** The file that is on its way. */
  name: string;
  /** Bytes of all changed files. */
  done: number;
  total: number;
}

export interface UploadOptions extends CourierOptions {
  /** A path, or a port that is open already and stays open. */
  port: string | Port;
  /** Folder with manifest.json; default `dist/firmware`. */
  dir?: string;
  /** Written to the board as `wifi.lua`; without it the board keeps what it has. */
  wifi?: WifiSettings | undefined;
  baudRate?: number;
  /** Restart the board afterwards: only when something changed (default), always or never. */
  restart?: 'changed' | 'always' | 'never';
  clock?: Clock;
  /** Ends the upload with `Interrupted`, the board as it was before; takes seconds where blocks are under way. */
  signal?: AbortSignal | undefined;
  onProgress?: (progress: UploadProgress) => void;
}

export interface UploadResult {
  port: string;
  uploaded: string[];
  unchanged: string[];
  removed: string[];
  /** Bytes of the uploaded files. */
  bytes: number;
  milliseconds: number;
  /** How they travelled in the end; absent when none did. */
  method?: Transfer['name'];
  restarted: boolean;
}

/**
 * Brings the board's files up to date. Only files that differ travel, each under a temporary name; the board verifies
 * each from its flash; then all are swapped in at once, in a way that a reset at any moment either never starts or
 * finishes at the next boot.
 * @throws BoardError (exit 4) when the board resets, falls silent, is full or garbles; the old application is then intact.
 */
export async function upload(options: UploadOptions): Promise<UploadResult> {
  const files = localFiles(options);
  if (typeof options.port !== 'string') return uploadOver(options.port, files, options);
  const port = await openPort(options.port, options.baudRate === undefined ? {} : { baudRate: options.baudRate });
  try {
    return await uploadOver(port, files, options);
  } finally {
    await port.close();
  }
}

function localFiles({ dir = 'dist/firmware', wifi }: UploadOptions): LocalFile[] {
  const files = readBuild(dir);
  const owned = localFile(ownedName, Buffer.from(files.map(({ name }) => name).join('\n')));
  return [...files, ...(wifi ? [localFile(wifiFileName, wifiLua(wifi))] : []), owned];
}

function localFile(name: string, bytes: Uint8Array): LocalFile {
  return { name, bytes, adler32: adler32(bytes) };
}

/** Once more without the application when that is what may have been in the way. */
async function uploadOver(port: Port, files: readonly LocalFile[], options: UploadOptions): Promise<UploadResult> {
  const { clock = new RealClock(), onNote = () => undefined } = options;
  try {
    return await attemptUpload(port, files, { ...options, clock, onNote });
  } catch (error) {
    if (!(error instanceof BoardError) || !applicationFaults.has(error.fault)) throw error;
    onNote(`${error.message}; once more, without the application`);
    if (!(await startWithoutApplication(port, clock, options.signal))) throw error;
  }
  try {
    return await attemptUpload(port, files, { ...options, clock, onNote });
  } catch (error) {
    await restoreSetAside(port, clock).catch(() => undefined);
    throw error;
  }
}

async function attemptUpload(
  port: Port,
  files: readonly LocalFile[],
  options: UploadOptions & { clock: Clock; onNote: (note: string) => void },
): Promise<UploadResult> {
  const { clock, onNote } = options;
  const start = clock.now();
  const repl = await connectRepl(port, { clock, onNote, signal: options.signal });
  const usualBaud = port.baudRate;
  try {
    const device = new DeviceFiles(repl);
    const plan = await inspect(device, files);
    const isChanged = plan.changed.length + plan.stale.length > 0;
    const courier = await Courier.start(repl, clock, isChanged ? options : { ...options, transfer: 'nodemcu-tool' });
    if (isChanged) {
      await requireFloatBuild(repl, plan.changed);
      await replace(device, courier, plan, options);
    }
    const { restart = 'changed' } = options;
    const restarted =
      restart === 'always' || (restart === 'changed' && (isChanged || (await mayHaveStoppedBoot(repl))));
    if (restarted) await courier.restartBoard();
    else await courier.leave();
    return {
      port: port.path,
      uploaded: plan.changed.map(({ name }) => name).filter((name) => name !== ownedName),
      unchanged: plan.unchanged.filter((name) => name !== ownedName),
      removed: plan.stale.filter((name) => name !== setAsideName),
      bytes: sum(plan.changed),
      milliseconds: Math.round(clock.now() - start),
      ...(isChanged && { method: courier.method }),
      restarted,
    };
  } catch (error) {
    if (error instanceof Interrupted) onNote('interrupted: the board gets its console back');
    if (!(error instanceof BoardError && unansweredFaults.has(error.fault))) await withdraw(repl, clock, usualBaud);
    throw await explainSilence(repl, usualBaud, error);
  } finally {
    repl.detach();
  }
}

/** Bytecode holds floating point constants; a firmware built for integers answers "bad header". */
async function requireFloatBuild(repl: Repl, files: readonly LocalFile[]): Promise<void> {
  if (!files.some(({ name }) => name.endsWith('.lc'))) return;
  const kind = await repl.run('local _,i=pcall(node.info,"build_config")', 'type(i)=="table"and i.number_type');
  if (kind === 'integer')
    throw new UserError(
      'the firmware on the board is an integer build, which cannot run this bytecode',
      'flash a float build, or build plain Lua: last-ack build --lua',
      ExitCode.boardFailed,
    );
}

/** At a raised baud rate a board that resets cannot say so: it is back at the usual one. */
async function explainSilence(repl: Repl, usualBaud: number, error: unknown): Promise<unknown> {
  if (!(error instanceof BoardError) || error.fault === 'disconnected' || repl.port.baudRate === usualBaud)
    return error;
  repl.watch.expectReset(true);
  await repl.setBaudRate(usualBaud);
  const hasReset = error.fault === 'silent' && (await repl.sync(1500));
  return hasReset ? new BoardError('reset', 'the board has reset in the middle of the upload') : error;
}

/** An application may take a key within seconds of the boot as the wish for a prompt; what came from here was none. */
async function mayHaveStoppedBoot(repl: Repl): Promise<boolean> {
  if (repl.watch.hasSeenBoot) return true;
  const uptime = await repl.run('', 'tmr and tmr.time()');
  return uptime !== 'nil' && Number(uptime) < bootGuardSeconds;
}

/** Finishes or clears away what an earlier upload left behind, then compares. */
async function inspect(device: DeviceFiles, files: readonly LocalFile[]): Promise<Plan> {
  let sizes = await device.list();
  if (sizes.has(commitName)) {
    await device.run(commitName);
    sizes = await device.list();
  }
  for (const name of sizes.keys())
    if (/^~(\d+|safe)$/.test(name)) {
      await device.remove(name);
      sizes.delete(name);
    }
  const owned = sizes.has(ownedName) ? ((await device.readText(ownedName)) ?? '').split('\n') : [];
  return makePlan(files, { sizes, owned: [...owned, setAsideName], digest: (name) => device.digest(name) });
}

async function replace(
  device: DeviceFiles,
  courier: Courier,
  plan: Plan,
  { onProgress = () => undefined }: UploadOptions,
): Promise<void> {
  const swaps = orderSwaps(plan.changed.map((file, index) => ({ ...file, temporary: `~${index + 1}` })));
  const script = localFile('~0', Buffer.from(commitScript(swaps, plan.stale)));
  await requireSpace(device, [...swaps, script]);
  const total = sum(swaps) + script.bytes.length;
  let before = 0;
  for (const { temporary, name, ...file } of [...swaps, { ...script, temporary: script.name }]) {
    const shown = name.startsWith('~') ? 'the list of files' : name;
    await sendVerified(device, courier, { ...file, name: temporary }, shown, (done) =>
      onProgress({ name: shown, done: before + done, total }),
    );
    before += file.bytes.length;
  }
  await device.rename(script.name, commitName);
  await device.run(commitName);
  await requireSwapped(device, swaps);
}

/** A garbled file is worth another try by a slower transfer; a full file system is not. */
async function sendVerified(
  device: DeviceFiles,
  courier: Courier,
  file: LocalFile,
  finalName: string,
  onBytes: (done: number) => void,
): Promise<void> {
  for (;;) {
    await courier.send(file.name, file.bytes, onBytes);
    if ((await device.digest(file.name)) === file.adler32) return;
    const { free } = await device.space();
    if (free < file.bytes.length)
      throw new BoardError('full', `the board's file system is full: ${finalName} does not fit`);
    if (!(await courier.slowDown()))
      throw new BoardError('corrupt', `${finalName} arrived damaged by every kind of transfer`);
  }
}

/** SPIFFS needs a page of 256 bytes per file for its header, and free blocks to collect garbage into. */
async function requireSpace(device: DeviceFiles, files: readonly LocalFile[]): Promise<void> {
  const needed = files.reduce((bytes, file) => bytes + 256 * (1 + Math.ceil(file.bytes.length / 251)), 0);
  const { free } = await device.space();
  if (free < needed)
    throw new BoardError('full', `the board's file system is full: the upload needs ${needed} bytes, ${free} are free`);
}

async function requireSwapped(device: DeviceFiles, swaps: readonly LocalFile[]): Promise<void> {
  const sizes = await device.list();
  const wrong = swaps.filter(({ name, bytes }) => sizes.get(name) !== bytes.length).map(({ name }) => name);
  if (wrong.length > 0 || sizes.has(commitName))
    throw new BoardError('corrupt', `the board did not take over ${wrong.join(', ') || 'the new files'}`);
}

const sum = (files: readonly LocalFile[]): number => files.reduce((bytes, file) => bytes + file.bytes.length, 0);
