/**
 * What is on the heap while somebody is connected: the connection manager, and the answer to what is asked most. All
 * else of HTTP is loaded with the first request that needs it, and let go when the board is idle.
 */
import { answer, onAccept } from './net/manager.ts';
import { isPlainHead } from './http/plain.ts';
import { load, overlay } from './runtime.ts';

const page = $asset('../web/index.html');
const head = `HTTP/1.1 200 OK\r\nContent-Type: ${page.type}\r\nContent-Encoding: ${page.encoding}\r\nETag: ${page.etag}\r\nCache-Control: no-cache\r\nContent-Length: ${page.size}\r\nConnection: close\r\n\r\n`;

overlay<typeof import('./net/use.ts')>($module('./net/use.ts')).use({
  receive: (connection, input) => {
    if (isPlainHead(input)) answer(connection, head);
    else load<typeof import('./http/server.ts')>($module('./http/server.ts')).receive(connection, input);
  },
  busy: 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
  rarely: $module('./http/rarely.ts'),
});

export { onAccept };
