/** An IPv4 address as the signed 32-bit number its four bytes make; 0 is 0.0.0.0, -1 is 255.255.255.255. */
export type Ipv4Address = number;

export const ANY_ADDRESS: Ipv4Address = 0;
export const BROADCAST_ADDRESS: Ipv4Address = -1;

/** Dotted decimal only. Undefined when the text is not an address. */
export function parseAddress(text: string): Ipv4Address | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  const [a, b, c, d] = match.slice(1).map(Number) as [number, number, number, number];
  if (a > 255 || b > 255 || c > 255 || d > 255) return undefined;
  return (a << 24) | (b << 16) | (c << 8) | d;
}

/**
 * The forms of inet_aton, as lwIP reads them: up to four numbers, the last of which fills the rest of the address, each
 * decimal, octal after 0 or hexadecimal after 0x. Undefined when the text is not an address.
 */
export function parseLooseAddress(text: string): Ipv4Address | undefined {
  const numbers = (/^[^\s\0]*/.exec(text)?.[0] ?? '').split('.').map(parseNumber);
  const last = numbers.pop();
  if (last === undefined || numbers.length > 3 || last > 0xffffffff >>> (8 * numbers.length)) return undefined;
  let address = last;
  for (const [index, number] of numbers.entries()) {
    if (number === undefined || number > 255) return undefined;
    address += number * 2 ** (24 - 8 * index);
  }
  return address | 0;
}

function parseNumber(text: string): number | undefined {
  if (/^0x[\da-f]*$/i.test(text)) return Number.parseInt(`0${text.slice(2)}`, 16);
  if (/^0\d*$/.test(text)) return Array.from(text, Number).reduce((value, digit) => value * 8 + digit, 0);
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

export const formatAddress = (address: Ipv4Address): string =>
  `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;

export const isMulticast = (address: Ipv4Address): boolean => address >>> 28 === 0xe;

export const formatMac = (mac: Uint8Array): string =>
  Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join(':');
