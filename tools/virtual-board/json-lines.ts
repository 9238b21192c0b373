/** Characters of one line; far more than any message, and no stream without line ends fills the memory. */
const MOST = 4 * 1024 * 1024;

/** Splits a stream of text into lines and hands each over as parsed JSON; `onBroken` gets a line that is none. */
export function jsonLines(onValue: (value: unknown) => void, onBroken: (line: string) => void): (text: string) => void {
  let partial = '';
  return (text) => {
    const lines = (partial + text).split('\n');
    partial = lines.pop() ?? '';
    if (partial.length > MOST) {
      onBroken(partial);
      partial = '';
    }
    for (const line of lines) {
      if (line.trim() === '') continue;
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch {
        onBroken(line);
        continue;
      }
      onValue(value);
    }
  };
}
