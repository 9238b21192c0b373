import { execFile } from 'node:child_process';
import { findLauncher } from './namespace.ts';

/** What a program that ran in a network namespace of its own left. */
export interface NamespacedResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Why tests that need a network namespace cannot run here, or undefined when they can. */
export async function namespaceMissing(): Promise<string | undefined> {
  const launcher = await findLauncher();
  return Array.isArray(launcher) ? undefined : launcher.unavailable;
}

/** Runs a TypeScript file in a new network namespace, which it has to enter (loopback up), at most `timeoutMs` long. */
export async function runInNamespace(
  script: URL,
  args: readonly string[] = [],
  timeoutMs = 20_000,
): Promise<NamespacedResult> {
  const launcher = await findLauncher();
  if (!Array.isArray(launcher)) throw new Error(launcher.unavailable);
  const [file = '', ...launcherArgs] = launcher;
  const command = [...launcherArgs, process.execPath, '--import', 'tsx', script.pathname, ...args];
  return new Promise((resolve) => {
    const env = { ...process.env, LAST_ACK_NAMESPACE: '1' };
    execFile(file, command, { env, timeout: timeoutMs, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      const exitCode = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
      resolve({ exitCode, stdout, stderr });
    });
  });
}
