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

export const formatAddress = (address: Ipv4Address): string =>
  `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;

export const isMulticast = (address: Ipv4Address): boolean => address >>> 28 === 0xe;

export const formatMac = (mac: Uint8Array): string =>
  Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join(':');
