const requestOf = (method: string): Uint8Array =>
  new TextEncoder().encode(`${method} / HTTP/1.1\r\nHost: 192.168.100.99\r\nConnection: close\r\n\r\n`);

export const HEAD = requestOf('HEAD');
export const GET = requestOf('GET');
