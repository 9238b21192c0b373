import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { autoDetect } from '@serialport/bindings-cpp';
import { ExitCode, UserError } from '../cli/exit.ts';
import { runningBoardPorts } from '../virtual-board/runtime-folder.ts';
import { bridgeName } from './usb-bridges.ts';

/** A serial port of this machine that may have a board behind it. */
export interface PortDescription {
  path: string;
  /** The USB bridge's name, or the manufacturer where the bridge is not known. */
  name: string;
  isKnownBridge: boolean;
}

interface UsbPort {
  path: string;
  manufacturer?: string | undefined;
  vendorId?: string | undefined;
  productId?: string | undefined;
}

/** USB serial ports, known bridges first; built-in ports, which never have a board, are left out. */
export async function listPorts(): Promise<PortDescription[]> {
  return describePorts(await listUsbPorts());
}

export function describePorts(ports: readonly UsbPort[]): PortDescription[] {
  return ports
    .filter(({ vendorId }) => vendorId !== undefined)
    .map(({ path, manufacturer, vendorId, productId }) => {
      const bridge = bridgeName(vendorId, productId);
      const usbId = `USB ${vendorId ?? ''}:${productId ?? ''}`;
      return { path, name: bridge ?? manufacturer ?? usbId, isKnownBridge: bridge !== undefined };
    })
    .sort((a, b) => Number(b.isKnownBridge) - Number(a.isKnownBridge) || a.path.localeCompare(b.path));
}

/**
 * The port to use: the one that was asked for, or else the only one with a board behind it.
 * @throws UserError (exit 3) when there is none or more than one.
 */
export async function findPort(wanted?: string, list: () => Promise<PortDescription[]> = listPorts): Promise<string> {
  if (wanted !== undefined) return wanted;
  const ports = await list();
  const known = ports.filter(({ isKnownBridge }) => isKnownBridge);
  const candidates = known.length > 0 ? known : ports;
  const [first, second] = candidates;
  if (!first)
    throw new UserError(
      'no board was found: there is no USB serial port',
      `plug a board in (many cables only charge), name its port with --port, or ${withoutHardware}${virtualPorts()}`,
      ExitCode.noBoard,
    );
  if (second)
    throw new UserError(
      `more than one board may be meant:\n${candidates.map(({ path, name }) => `  ${path}  ${name}`).join('\n')}`,
      `choose one: --port ${first.path}`,
      ExitCode.noBoard,
    );
  return first.path;
}

/** For verbs that can start a virtual board themselves, and for those that are given the port of one. */
export const withoutHardware = 'go without hardware: --virtual with run and dev, last-ack board for the other verbs';

/** A virtual board is never chosen unasked: somebody may believe that the real one is meant. */
function virtualPorts(): string {
  const running = runningBoardPorts();
  return running.length === 0 ? '' : `; running:${running.map((path) => `\n  --port ${path}`).join('')}`;
}

async function listUsbPorts(): Promise<UsbPort[]> {
  try {
    return await autoDetect().list();
  } catch (error) {
    const hasNoUdev = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (process.platform === 'linux' && hasNoUdev) return listBySysfs();
    throw error;
  }
}

/** Containers and small systems have no udevadm; the kernel knows the same. */
export function listBySysfs(sys = '/sys/class/tty', dev = '/dev'): UsbPort[] {
  return readdirSync(sys)
    .filter((name) => /^tty(USB|ACM)\d+$/.test(name))
    .map((name) => ({ path: join(dev, name), ...usbIds(realpathSync(join(sys, name))) }));
}

/** The ids stand in the first ancestor folder that describes a USB device. */
function usbIds(folder: string): Omit<UsbPort, 'path'> {
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    const vendorId = readText(join(at, 'idVendor'));
    if (vendorId !== undefined)
      return { vendorId, productId: readText(join(at, 'idProduct')), manufacturer: readText(join(at, 'manufacturer')) };
  }
  return {};
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
