/** Answers of more than one segment; loaded for each and kept as long as it is on its way. */
import { At, type Connection, type Source, Tcp } from './connection.ts';
import { answer } from './manager.ts';

/** The firmware before 2017 takes one segment at a time. */
const segmentsInFlight = (net.createUDPSocket as unknown) === undefined ? 1 : 2;

/**
 * Hands the stack as much as it takes: two segments in flight, so that a client that acknowledges every second one never
 * waits. `sent` does not say how much was acknowledged; a refused send queues nothing and tells the rest.
 */
function more(this: void, connection: Connection): void {
  for (const _ of $range(1, segmentsInFlight)) {
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
    const isTaken = answer(connection, text.sub(1, Tcp.SEGMENT));
    connection[At.Output] = isTaken ? text.sub(Tcp.SEGMENT + 1) : text;
    if (!isTaken) return;
  }
}

/** Like `answer` for any length: `source` gives what follows `text`. */
export function stream(connection: Connection, text: string, source?: Source): void {
  connection[At.Output] = text;
  connection[At.More] = more;
  connection[At.Source] = source;
  connection[At.Position] = 0;
  more(connection);
}
