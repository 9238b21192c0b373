import { Option, type Command } from 'commander';
import pc from 'picocolors';
import { ExitCode, UserError } from '../cli/exit.ts';
import { startProgress } from '../cli/progress.ts';
import { Scope } from '../cli/run/scope.ts';
import { parseFastRate, parseRate } from '../serial/baud-rate.ts';
import { controlSocketBeside } from '../serial/control-lines.ts';
import { findPort } from '../serial/discovery.ts';
import { openPort } from '../serial/open-port.ts';
import { describeUpload } from './describe.ts';
import { upload, type UploadOptions, type UploadResult } from './upload.ts';
import {
  checkWifiSettings,
  labSettings,
  readWifiSettings,
  wifiSettingsFile,
  type WifiSettings,
} from './wifi-settings.ts';

export { describeUpload };

interface Options extends WifiOptions {
  port?: string;
  dir: string;
  baud: number;
  transfer: 'auto' | 'nodemcu-tool';
  fastBaud: number;
  restart: boolean;
  json?: true;
}

/** The Wi-Fi flags that several verbs share. */
export interface WifiOptions {
  ssid?: string;
  password?: string;
  ip?: string;
  netmask?: string;
  gateway?: string;
  hostname?: string;
}

export function register(command: Command): void {
  addWifiOptions(
    command
      .option('-p, --port <path>', 'serial port; without it the only board is found')
      .option('-d, --dir <folder>', 'folder with manifest.json', 'dist/firmware')
      .option('-b, --baud <rate>', 'console rate in bit/s', parseRate, 115200)
      .addOption(
        new Option('--transfer <how>', 'auto: raw blocks, and nodemcu-tool where they fail')
          .choices(['auto', 'nodemcu-tool'])
          .default('auto'),
      )
      .option('--fast-baud <rate>', 'rate of raw blocks; 0 keeps the console rate', parseFastRate, 921600)
      .option('--no-restart', 'leave the old application running until the next reset'),
  )
    .option('--json', 'print the result as JSON on stdout')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  last-ack upload                               what changed, to the only board, which restarts\n' +
        '  last-ack upload --ssid NAME --password TEXT   the first time on a board\n' +
        '  last-ack upload --fast-baud 0                 where cable or bridge are bad at high rates\n' +
        `\nWi-Fi settings also come from ${wifiSettingsFile}, which git ignores: {"ssid": "...", "password": "..."}.` +
        '\nThey are never printed. Exit codes: 0 good, 2 usage, 3 no board or port, 4 the board failed, 130 interrupted.',
    )
    .action(run);
}

export function addWifiOptions(command: Command): Command {
  return command
    .option('--ssid <name>', 'Wi-Fi network')
    .option(
      '--password <text>',
      'its password; the command lines of a machine are open to all its users, a file is not',
    )
    .option('--ip <address>', 'static address; without it the board asks by DHCP')
    .option('--netmask <mask>', 'with --ip', '255.255.255.0')
    .option('--gateway <address>', 'with --ip')
    .option('--hostname <name>', "the board's name in DHCP");
}

/**
 * Flags first, then the settings file; a virtual board joins its own access point and gets neither, unless by flags.
 * Undefined: the board keeps the settings that it has.
 */
export function wifiFromOptions(options: WifiOptions, isVirtual: boolean): WifiSettings | undefined {
  const { ssid, password, ip, netmask, gateway, hostname } = options;
  if (ssid === undefined) {
    if ((password ?? ip ?? gateway ?? hostname) !== undefined)
      throw new UserError('Wi-Fi flags without a network', 'add --ssid', ExitCode.usage);
    return isVirtual ? labSettings : readWifiSettings();
  }
  const given = Object.entries({
    ssid,
    password,
    ip,
    netmask: ip === undefined ? undefined : netmask,
    gateway,
    hostname,
  });
  return checkWifiSettings(Object.fromEntries(given.filter(([, value]) => value !== undefined)), 'Wi-Fi flags');
}

async function run(options: Options): Promise<void> {
  const path = await findPort(options.port);
  const wifi = wifiFromOptions(options, controlSocketBeside(path) !== undefined);
  const scope = new Scope();
  try {
    const port = await openPort(path, { baudRate: options.baud });
    scope.onClose(() => port.close());
    const { dir, transfer, fastBaud } = options;
    const restart = options.restart ? 'changed' : 'never';
    scope.signal.addEventListener('abort', () => process.once('SIGINT', () => process.exit(ExitCode.interrupted)));
    const { signal } = scope;
    const result = await uploadWithProgress({ port, dir, wifi, transfer, fastBaud, restart, signal });
    console.log(options.json ? JSON.stringify(result) : describeUpload(result));
  } finally {
    await scope.close();
  }
}

/** An upload with a progress bar and remarks on stderr. */
export async function uploadWithProgress(options: UploadOptions): Promise<UploadResult> {
  const progress = startProgress('uploading');
  try {
    return await upload({
      ...options,
      onProgress: ({ name, done, total }) => progress.update(done, total, name),
      onNote: (note) => console.error(pc.dim(note)),
    });
  } finally {
    progress.stop();
  }
}
