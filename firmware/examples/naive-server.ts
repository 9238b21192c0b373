/**
 * The web server of the tutorials: answers in `receive`, closes in `sent`. It works until it is used: each request
 * leaves a TIME_WAIT behind, and near 200 of them a `send` finds no memory, raises, and the board restarts.
 */
import { join } from '../src/system/station.ts';

/** With the type in front, as in the tutorials: the firmware of 2016 wants it, today's takes it for a timeout. */
type TutorialCreateServer = (this: void, type: typeof net.TCP, timeout: number) => net.Server;
const createServer = net.createServer as unknown as TutorialCreateServer;

join();
createServer(net.TCP, 30).listen(80, (connection) => {
  connection.on('receive', (socket) => {
    socket.send('HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  connection.on('sent', (socket) => {
    socket.close();
  });
});
print('http: listening on 192.168.100.99:80');
