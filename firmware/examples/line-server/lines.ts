/** What is spoken: loaded when somebody speaks, and let go when nobody does or memory is short. */
import { At, type Connection } from '../../src/net/connection.ts';
import { answer } from '../../src/net/manager.ts';

const enum Limit {
  LINE = 80,
}

/** Gets all input that was not consumed yet; puts back what it does not consume. */
export function receive(this: void, connection: Connection, input: string): void {
  const [lineEnd] = input.find('\n', 1, true);
  if (lineEnd !== undefined) {
    connection[At.Keep] = true;
    if (lineEnd < input.length) connection[At.Input] = input.sub(lineEnd + 1);
    answer(connection, `${lineEnd - 1} characters\n`);
  } else if (input.length <= Limit.LINE) connection[At.Input] = input;
  else {
    connection[At.Keep] = undefined;
    answer(connection, 'too long\n');
  }
}

/** A line that was begun and not ended for five seconds, or an error in `receive`. */
export function abandon(this: void, connection: Connection, why: 'late' | 'error'): void {
  connection[At.Keep] = undefined;
  answer(connection, why === 'late' ? 'too late\n' : 'sorry\n');
}
