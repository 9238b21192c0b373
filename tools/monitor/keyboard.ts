import type { ReadStream } from 'node:tty';

const ctrlC = '\u0003';
const ctrlRightBracket = '\u001d';

/** Named on the screen, so that nobody has to kill the terminal. */
export const exitKey = 'Ctrl-C';

/**
 * Passes what is typed to `send`: key by key from a terminal, whose board echoes; line by line from a pipe.
 * `exit` is called for the exit key. Returns the function that gives the keyboard back.
 */
export function readKeyboard(send: (text: string) => void, exit: () => void): () => void {
  const input = process.stdin as ReadStream;
  const receive = (text: string): void => {
    if (input.isTTY && (text.includes(ctrlC) || text.includes(ctrlRightBracket))) exit();
    else send(input.isTTY ? text.replaceAll('\r', '\n') : text);
  };
  if (input.isTTY) input.setRawMode(true);
  input.setEncoding('utf8').on('data', receive).resume();
  return () => {
    input.off('data', receive).pause();
    if (input.isTTY) input.setRawMode(false);
  };
}
