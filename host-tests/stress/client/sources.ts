import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { ExitCode, UserError } from '../../../tools/cli/exit.ts';

/** More would be more than any board and any test needs. */
const MOST = 64;

/**
 * Reads `--sources`: addresses of this machine, or how many of the loopback's to use against a server on loopback.
 * `target`: numeric address of the server.
 */
export function readSources(text: string, target: string): string[] {
  const count = Number(text);
  if (Number.isInteger(count)) return loopbackAddresses(count, target);
  const addresses = text.split(',').map((address) => address.trim());
  for (const address of addresses) checkOwn(address);
  return addresses;
}

function loopbackAddresses(count: number, target: string): string[] {
  if (count < 1 || count > MOST)
    throw new UserError(`Not a number of addresses: ${count}.`, `Give 1 to ${MOST}, or addresses.`, ExitCode.usage);
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
