import { spawn } from 'node:child_process';
import { ExitCode } from '../../cli/exit.ts';

/** How a command ended. */
export interface Ended {
  code: number | null;
  /** stdout and stderr as they came. */
  output: string;
}

/**
 * What a command that runs until Ctrl-C prints once it is up, in the order of the verbs. The others end by themselves.
 */
const isUp: readonly [command: RegExp, output: RegExp][] = [
  [/flash\.sh(?!.*--stress)|--keep/, /Ctrl-C ends/],
  [/last-ack dev/, /listening on/],
  [/last-ack board/, /http:/],
  [/last-ack build --watch/, /init\.lua/],
  [/last-ack monitor/, /ends it/],
];

/** Runs a documented command line in `folder` as a reader's shell does; presses Ctrl-C where it runs until then. */
export function runCommand(command: string, folder: string, timeoutMs: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // Its own process group, so that Ctrl-C reaches what it started, as in a terminal.
    const child = spawn('bash', ['-c', command], { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const { pid } = child;
    if (pid === undefined) {
      reject(new Error('bash did not start'));
      return;
    }
    let output = '';
    let ready = isUp.find(([kind]) => kind.test(command))?.[1];
    const timer = setTimeout(() => process.kill(-pid, 'SIGKILL'), timeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (ready?.test(output) !== true) return;
        ready = undefined;
        process.kill(-pid, 'SIGINT');
      });
    }
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: signal === 'SIGINT' ? ExitCode.interrupted : code, output });
    });
  });
}
