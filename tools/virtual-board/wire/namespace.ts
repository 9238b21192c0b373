import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { constants } from 'node:os';
import { promisify } from 'node:util';
import { raiseInterface } from './interface.ts';

const marker = 'LAST_ACK_NAMESPACE';

/** `last-ack ...` runs in a network namespace of its own, or why it cannot. */
export type NamespaceState = 'inside' | { unavailable: string };

/** What the process inside asks of its supervisor outside, and the answer that comes with the handle. */
export interface ListenRequest {
  /** Ports to try in turn. */
  listen: readonly number[];
}
export type ListenAnswer = { listening: number } | { refused: string };

let refusal: string | undefined;

/** Why `enterNamespace` could not, when it has been tried in this process. */
export const whyOutside = (): string | undefined => refusal;

export function isInsideNamespace(): boolean {
  return process.env[marker] === '1';
}

/**
 * Runs the rest of this command line in a network namespace of its own: the first call starts the same command again
 * under unshare(1) and does not return; in that second process it resolves to 'inside', with the loopback up. The
 * namespace ends with its last process, so nothing is left behind. Where namespaces are not permitted it resolves to
 * the reason.
 */
export async function enterNamespace(): Promise<NamespaceState> {
  if (isInsideNamespace()) {
    raiseInterface('lo');
    followSupervisor();
    return 'inside';
  }
  const launcher = await findLauncher();
  if (!Array.isArray(launcher)) {
    refusal = launcher.unavailable;
    return launcher;
  }
  return supervise(launcher);
}

/** The command that starts another one in a new network namespace, found by trying, or why there is none. */
export async function findLauncher(): Promise<string[] | { unavailable: string }> {
  if (process.platform !== 'linux')
    return { unavailable: `network namespaces need Linux, this is ${process.platform}` };
  const asRoot = ['unshare', '--net'];
  const launchers = process.getuid?.() === 0 ? [asRoot] : [['unshare', '--user', '--map-root-user', '--net'], asRoot];
  let reason = '';
  for (const launcher of launchers) {
    try {
      const [file = '', ...args] = launcher;
      await promisify(execFile)(file, [...args, 'true'], { timeout: 5000 });
      return launcher;
    } catch (error) {
      reason ||= whyNot(error as NodeJS.ErrnoException & { stderr?: string });
    }
  }
  return { unavailable: reason };
}

function whyNot(error: NodeJS.ErrnoException & { stderr?: string }): string {
  if (error.code === 'ENOENT') return 'unshare (util-linux) is not installed';
  const said = error.stderr?.trim() ?? '';
  return said === '' ? error.message : said;
}

/** What a person puts before a command to run it in the network namespace of process `pid`, ours or a child's. */
export function enterCommand(pid: number): string {
  const hasOwnUsers = !readFileSync('/proc/self/uid_map', 'latin1').includes('4294967295');
  return `nsenter -t ${pid} ${hasOwnUsers ? '-U --preserve-credentials ' : ''}-n`;
}

/** Waits for the process inside, passes signals to it, opens ports for it, and ends with its exit code. */
function supervise([file = '', ...args]: string[]): Promise<never> {
  const child = spawn(file, [...args, process.execPath, ...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [marker]: '1' },
    // A session of its own: a terminal's Ctrl-C reaches the child once, through us, and not a second time directly.
    detached: true,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGWINCH'] as const) {
    process.on(signal, () => child.kill(signal));
  }
  if (process.channel) process.on('disconnect', () => child.kill('SIGTERM'));
  child.on('message', (message) => {
    if (isListenRequest(message)) listenFor(child, message.listen);
  });
  return new Promise<never>((_resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

function isListenRequest(message: unknown): message is ListenRequest {
  return typeof message === 'object' && message !== null && 'listen' in message && Array.isArray(message.listen);
}

/** Listens on the loopback out here and hands the listening socket in: a socket keeps the namespace it was made in. */
function listenFor(child: ChildProcess, [port, ...others]: readonly number[]): void {
  const answer = (message: ListenAnswer, server?: Server): void => {
    child.send(message, server, {}, () => server?.close());
  };
  const server = createServer();
  server.once('error', (error: NodeJS.ErrnoException) => {
    if (others.length > 0) listenFor(child, others);
    else answer({ refused: error.code ?? error.message });
  });
  server.listen(port, '127.0.0.1', () => {
    answer({ listening: (server.address() as AddressInfo).port }, server);
  });
}

/** When the supervisor dies without a word, end as if it had asked. */
function followSupervisor(): void {
  if (!process.channel) return;
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
