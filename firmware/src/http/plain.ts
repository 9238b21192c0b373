/** A glance at a request that saves loading the parser. */

/** Fields that change nothing about the answer to a HEAD of a static page. */
const harmless = { Accept: '', 'User-Agent': '', 'Accept-Encoding': '', 'Accept-Language': '', 'Cache-Control': '' };

/**
 * Whether the input is exactly one HEAD request of `/` without anything that a parser would have to look at. False says
 * nothing about the input.
 */
export function isPlainHead(input: string): boolean {
  const [, end, minor] = input.find('^HEAD / HTTP/1%.([01])\r\n');
  if (end === undefined) return false;
  const [hostless, hosts] = input.sub(end - 1).gsub('\r\nHost: [%w.:-]+\r\n', '\r\n', 1);
  if (hosts === 0 && minor === '1') return false;
  const [persistent] = hostless.gsub('\r\nConnection: close\r\n', '\r\n', 1);
  const [rest] = persistent.gsub('([%w-]+):[^%c]*\r\n', harmless);
  return rest === '\r\n\r\n';
}
