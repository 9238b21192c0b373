/** Lets clients in. The server's code is on the heap only while somebody is connected, and two minutes longer. */
import './net/counters.ts';
import { load } from './runtime.ts';

function admit(this: void, socket: net.Socket): void {
  load<typeof import('./server.ts')>($module('./server.ts')).onAccept(socket);
}

/** For `listen`. */
export function onAccept(this: void, socket: net.Socket): void {
  const [ok, message] = pcall(admit, socket);
  if (ok) return;
  print(message);
  pcall(socket.close, socket);
}
