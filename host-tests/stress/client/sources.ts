import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { ExitCode, UserError } from '../../../tools/cli/exit.ts';
import { configureInterface } from '../../../tools/virtual-board/wire/interface.ts';
import { isInsideNamespace } from '../../../tools/virtual-board/wire/namespace.ts';

/** More would be more than any board and any test needs. */
const MOST = 64;

/** Last byte of the first address that is made on an interface of our own: neither the board's nor its router's. */
const FIRST_MADE = 150;
/** With 64 512 ports each these bear 10 000 connections a second, closed by the client, for ever. */
const USUAL_COUNT = 10;

/** The way to a server: its numeric address, our interface towards it and our address there. */
export interface Way {
  address: string;
  interfaceName: string | undefined;
  localAddress: string | undefined;
}

/**
 * Reads `--sources`: addresses of this machine, or a number of them where they can be made up: on the loopback, and on
 * an interface whose network namespace is ours.
 */
export function readSources(text: string, way: Way): string[] {
  const count = Number(text);
  if (Number.isInteger(count)) return makeSources(count, way);
  const addresses = text.split(',').map((address) => address.trim());
  for (const address of addresses) checkOwn(address);
  return addresses;
}

/** As many addresses as clients need that close first and open thousands of connections a second; none elsewhere. */
export const usualSources = (way: Way): string[] => (canAdd(way) ? makeSources(USUAL_COUNT, way) : []);

const canAdd = ({ interfaceName, localAddress }: Way): boolean =>
  isInsideNamespace() && interfaceName !== undefined && interfaceName !== 'lo' && localAddress !== undefined;

function makeSources(count: number, way: Way): string[] {
  const { address: target, interfaceName = '', localAddress = '' } = way;
  if (count < 1 || count > MOST)
    throw new UserError(`Not a number of addresses: ${count}.`, `Give 1 to ${MOST}, or addresses.`, ExitCode.usage);
  if (canAdd(way)) {
    const more = Array.from({ length: count - 1 }, (_, index) => {
      const address = localAddress.replace(/\d+$/, String(FIRST_MADE + index));
      configureInterface(`${interfaceName}:${index}`, address, 24);
      return address;
    });
    return [localAddress, ...more];
  }
  if (!target.startsWith('127.'))
    throw new UserError(
      `Addresses towards ${target} cannot be made up here.`,
      'Give addresses that this machine has, such as --sources 192.168.1.20,192.168.1.21, or test a --virtual board.',
      ExitCode.usage,
    );
  return Array.from({ length: count }, (_, index) => `127.0.0.${index + 1}`);
}

/** All of 127.0.0.0/8 is ours. */
function checkOwn(address: string): void {
  if (isIPv4(address) && address.startsWith('127.')) return;
  const own = Object.values(networkInterfaces()).flatMap((interfaces) => interfaces?.map((one) => one.address) ?? []);
  if (own.includes(address)) return;
  throw new UserError(
    `${JSON.stringify(address)} is no IPv4 address of this machine.`,
    `It has ${own.filter((one) => isIPv4(one)).join(', ')}.`,
    ExitCode.usage,
  );
}
