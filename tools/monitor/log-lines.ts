/** What a log shows for bytes that are no text: a boot ROM at another baud rate, noise. */
const noise = '·';

/** A line ends here at the latest: a board that never ends one must not fill this machine's memory. */
const longest = 4096;

/** Cuts a byte stream into lines, and says at once what has come of the last one. */
export class LogLines {
  readonly #decoder = new TextDecoder('utf-8');
  readonly #onPiece: (text: string, isLineStart: boolean) => void;
  readonly #onLine: (line: string) => void;
  #line = '';
  #isInterrupted = false;

  /** `onPiece` gets text without line ends, as early as possible; `onLine` each line when it is complete. */
  constructor(onPiece: (text: string, isLineStart: boolean) => void, onLine: (line: string) => void) {
    this.#onPiece = onPiece;
    this.#onLine = onLine;
  }

  /** True when nothing of a line stands before the cursor. */
  get isAtLineStart(): boolean {
    return this.#line === '' || this.#isInterrupted;
  }

  /** Something else is shown in the middle of a line, whose rest then begins anew. */
  interrupt(): void {
    this.#isInterrupted = this.#line !== '';
  }

  receive(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true });
    const [first = '', ...rest] = readable(text).split('\n');
    this.#add(first);
    for (const piece of rest) {
      this.#end();
      this.#add(piece);
    }
    if (this.#line.length > longest) this.#end();
  }

  #end(): void {
    const line = this.#line;
    this.#line = '';
    this.#isInterrupted = false;
    this.#onLine(line);
  }

  #add(piece: string): void {
    if (piece === '') return;
    this.#onPiece(piece, this.isAtLineStart);
    this.#isInterrupted = false;
    this.#line += piece;
  }
}

/** Neither control sequences, which could rewrite the terminal, nor runs of unreadable bytes. */
function readable(text: string): string {
  return text
    .replace(/\r/g, '')
    .replace(/[^\n\t\x20-\x7e\u00a0-\ufffc]+|\ufffd+/g, noise)
    .replace(/·{2,}/g, noise);
}
