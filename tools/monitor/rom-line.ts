import { resample } from '../virtual-board/serial/resample.ts';
import { romCauses } from './boot-causes.ts';

const romBaud = 74880;
/** Enough of the line around the digit to be no accident; its last bytes depend on what follows. */
const patternLength = 14;
const uncertainEnd = 2;
const keptBytes = 64;

/**
 * Reads the reset cause from the boot ROM's first line although it comes at 74880 baud and the port listens at another
 * rate: the noise that the line becomes differs by cause, and is known. A bridge that drops bytes with a wrong stop bit,
 * or a line with pauses in it, gives other noise and no answer. Never tried on silicon.
 */
export class RomListener {
  readonly #patterns = new Map<number, Map<string, string>>();
  #heard = '';

  /** The cause in words when it has just been heard. */
  receive(bytes: Uint8Array, baudRate: number): string | undefined {
    this.#heard = (this.#heard + Buffer.from(bytes).toString('latin1')).slice(-keptBytes - bytes.length);
    for (const [noise, cause] of this.#patternsAt(baudRate)) {
      if (!this.#heard.includes(noise)) continue;
      this.#heard = '';
      return `reset: ${cause}`;
    }
    this.#heard = this.#heard.slice(-keptBytes);
    return undefined;
  }

  #patternsAt(baudRate: number): Map<string, string> {
    const known = this.#patterns.get(baudRate);
    if (known) return known;
    const patterns = new Map(
      Object.entries(romCauses).map(([digit, cause]) => {
        const line = Buffer.from(`\r\n ets Jan  8 2013,rst cause:${digit}, boot mode:(`);
        const noise = Buffer.from(resample(line, romBaud, baudRate)).toString('latin1');
        return [noise.slice(-patternLength - uncertainEnd, -uncertainEnd), cause];
      }),
    );
    // At a slow rate different causes sound the same: no answer is better than a wrong one.
    if (patterns.size < Object.keys(romCauses).length) patterns.clear();
    this.#patterns.set(baudRate, patterns);
    return patterns;
  }
}
