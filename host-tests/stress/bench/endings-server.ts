// Ends connections as the path says; the first request for each path is answered well. Prints its port.
import { createServer, type AddressInfo, type Socket } from 'node:net';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

const endings: Readonly<Record<string, (socket: Socket) => void>> = {
  fin: (socket) => socket.end(OK),
  wait: (socket) => socket.write(OK),
  'rst-behind-data': (socket) => socket.write(OK, () => socket.resetAndDestroy()),
  'rst-later': (socket) => socket.write(OK, () => setTimeout(() => socket.resetAndDestroy(), 5)),
  'rst-at-once': (socket) => socket.resetAndDestroy(),
  'fin-at-once': (socket) => socket.end(),
  'half-a-head': (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-'),
  'another-protocol': (socket) => socket.end('SSH-2.0-dropbear\r\n'),
  gone: () => server.close(),
};

const seen = new Set<string>();
const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  socket.once('data', (data) => {
    const path = / \/([a-z-]*) /.exec(data.toString())?.[1] ?? '';
    const isFirst = !seen.has(path);
    seen.add(path);
    if (isFirst) socket.end(OK);
    else endings[path]?.(socket);
    if (path === 'gone') server.close();
  });
});
server.listen(0, '127.0.0.1', 4096, () => console.log((server.address() as AddressInfo).port));
