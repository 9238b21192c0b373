/** Answers of more than one segment; loaded for each and kept as long as it is on its way. */
import { At, type Connection, type Source, Tcp } from './connection.ts';
import { answer } from './manager.ts';

/** The firmware before 2017 takes one segment at a time. */
const segmentsInFlight = (net.createUDPSocket as unknown) === undefined ? 1 : 2;

/**
 * Hands the stack as much as it takes: two segments in flight, so that a client that acknowledges every second one never
 * waits. `sent` does not say how much was acknowledged; a refused send queues nothing and tells the rest.
 *
 * The second segment leaves a byte of the stack's buffer free: with none it could never queue its own FIN. So it is not
 * full, and the stack would hold it back until the client acknowledges the first (Nagle), which alone may be acknowledged
 * half a second late. But once a send has found no room the stack lets out what it holds (lwIP: TF_NAGLEMEMERR); with
 * more than a segment in flight two more never find any.
 */
function more(this: void, connection: Connection): void {
  let first = '';
  for (const index of $range(0, segmentsInFlight - 1)) {
    let text = connection[At.Output] ?? '';
    if (text.length < Tcp.SEGMENT) {
      const part = connection[At.Source]?.(connection);
      if (part === undefined) connection[At.Source] = undefined;
      else text = text + part;
    }
    if (text === '') {
      connection[At.Output] = undefined;
      connection[At.More] = undefined;
      return;
    }
    const segment = text.sub(1, Tcp.SEGMENT - index);
    const isTaken = answer(connection, segment);
    connection[At.Output] = isTaken ? text.sub(segment.length + 1) : text;
    if (!isTaken) return;
    if (index === 0) first = segment;
  }
  const socket = connection[At.Socket];
  if (first.length === Tcp.SEGMENT) pcall(socket.send, socket, first + first);
}

/** Like `answer` for any length: `source` gives what follows `text`. */
export function stream(connection: Connection, text: string, source?: Source): void {
  connection[At.Output] = text;
  connection[At.More] = more;
  connection[At.Source] = source;
  connection[At.Position] = 0;
  more(connection);
}
