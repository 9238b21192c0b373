/**
 * The device of the Nut/OS mailing list (2014): connects, sends twelve bytes, closes at once, again and again. It
 * closes first, so every connection stays in TIME_WAIT on the device, and the heap goes to zero.
 */
import { join } from '../src/system/station.ts';

/** Milliseconds from one connection to the next; the device file `interval.lua` may return a table with another number. */
const INTERVAL = file.exists('interval.lua') ? (dofile('interval.lua') as { everyMs: number }).everyMs : 5;
const PEER = '192.168.100.1';
const PORT = 9000;

function connect(this: void): void {
  const socket = net.createConnection();
  socket.on('connection', (connected) => {
    connected.send('temperature\n');
  });
  socket.on('sent', (done) => {
    done.close();
  });
  socket.connect(PORT, PEER);
}

join();
tmr.create().alarm(INTERVAL, tmr.ALARM_AUTO, connect);
print(`client: connecting to ${PEER}:${PORT} every ${INTERVAL} ms`);
