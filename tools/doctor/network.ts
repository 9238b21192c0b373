import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { lab } from '../virtual-board/lab.ts';
import { check, libc } from '../virtual-board/wire/libc.ts';
import { findLauncher, isInsideNamespace } from '../virtual-board/wire/namespace.ts';
import { createTap } from '../virtual-board/wire/tap.ts';
import { bad, good, limited, type Finding } from './finding.ts';

const AF_PACKET = 17;
const SOCK_RAW = 3;
const withoutTap = 'the virtual board is reached through the localhost gateway, so Linux is not its client';

/** Namespace, TAP and packet capture, each tried for real; nothing of it touches this process's own network. */
export async function checkNetwork(): Promise<Finding[]> {
  const launcher = await findLauncher();
  if (!Array.isArray(launcher)) {
    const cure =
      process.platform === 'linux'
        ? 'run as root, or allow it: sysctl kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), in Docker --privileged'
        : 'use Linux, a virtual machine or WSL 2 for true Linux TCP';
    return [limited('network namespace', `not permitted (${launcher.unavailable}): ${withoutTap}`, cure)];
  }
  return [good('network namespace', launcher.join(' ')), ...(await askInside(launcher))];
}

/** What can only be tried in a namespace of its own: the doctor runs there once more. */
async function askInside([file = '', ...args]: readonly string[]): Promise<Finding[]> {
  const command = [
    ...args,
    process.execPath,
    ...process.execArgv,
    process.argv[1] ?? '',
    'doctor',
    '--inside',
    '--json',
  ];
  const { stdout } = await promisify(execFile)(file, command, {
    env: { ...process.env, LAST_ACK_NAMESPACE: '1' },
    timeout: 20_000,
  });
  return JSON.parse(stdout) as Finding[];
}

export function checkInside(): Finding[] {
  if (!isInsideNamespace()) throw new Error('--inside is for the namespace that the doctor makes');
  return [checkTap(), checkPacketSocket()];
}

function checkTap(): Finding {
  try {
    createTap({ name: lab.interface, address: lab.host, prefix: lab.prefix }).close();
    return good('TAP', `${lab.interface} in a namespace of its own: Linux's own TCP can be the board's client`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return limited(
      'TAP',
      `${reason}: ${withoutTap}`,
      'modprobe tun; in Docker: --device /dev/net/tun --cap-add NET_ADMIN',
    );
  }
}

function checkPacketSocket(): Finding {
  try {
    libc().close(check('socket(AF_PACKET)', libc().socket(AF_PACKET, SOCK_RAW, 0)));
    return good('capture', 'packet sockets in a namespace of its own: endings are judged frame by frame');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return limited('capture', `${reason}: endings are judged by what sockets and kernel counters show`);
  }
}

/** The C library is reached through a prebuilt native module; without it there is no TAP, but everything else works. */
export function checkNativeCalls(): Finding {
  try {
    libc();
    return good('system calls', 'koffi');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return process.platform === 'linux'
      ? bad('system calls', reason, 'npm ci (koffi brings prebuilt parts for this platform as optional packages)')
      : limited('system calls', reason);
  }
}
