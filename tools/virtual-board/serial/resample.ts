/** 8N1: start bit, eight data bits, stop bit. */
export const BITS_PER_BYTE = 10;

/** A UART follows a sender that is off by less than half a bit over one frame, which is about 5 %. */
const TOLERANCE = 0.04;

/**
 * What a UART makes of bytes sent back to back at another rate: it waits for a falling edge, then samples the middle of
 * each of its own bit times. Frames whose stop bit reads low are delivered too, as the ESP8266 and common USB bridges do.
 * Bytes may come in pieces: a frame that the next piece ends is held back until then.
 */
export class Resampler {
  #unheard = new Uint8Array();
  /** Where the next frame is looked for, in bits of the sender from the start of what is unheard. */
  #start = 0;
  #ratio = 1;

  /** `isLast` says that the line is idle after these bytes. */
  receive(bytes: Uint8Array, senderBaud: number, receiverBaud: number, isLast: boolean): Uint8Array {
    const ratio = senderBaud / receiverBaud;
    if (ratio !== this.#ratio) this.#forget();
    this.#ratio = ratio;
    if (Math.abs(ratio - 1) < TOLERANCE) return bytes;
    this.#unheard = Uint8Array.of(...this.#unheard, ...bytes);
    const received = this.#frames(isLast);
    if (isLast) this.#forget();
    else this.#dropHeard();
    return received;
  }

  #frames(isLast: boolean): Uint8Array {
    const line = this.#unheard;
    const end = line.length * BITS_PER_BYTE;
    const frameBits = (BITS_PER_BYTE - 0.5) * this.#ratio;
    const received: number[] = [];
    for (;;) {
      while (this.#start < end && levelAt(line, this.#start)) this.#start = Math.floor(this.#start) + 1;
      if (this.#start >= end || (!isLast && this.#start + frameBits >= end)) return Uint8Array.from(received);
      let value = 0;
      for (let bit = 0; bit < 8; bit++) {
        if (levelAt(line, this.#start + (bit + 1.5) * this.#ratio)) value |= 1 << bit;
      }
      received.push(value);
      this.#start += frameBits;
      while (this.#start < end && !levelAt(line, this.#start)) this.#start = Math.floor(this.#start) + 1;
    }
  }

  #dropHeard(): void {
    const heard = Math.min(Math.floor(this.#start / BITS_PER_BYTE), this.#unheard.length);
    this.#unheard = this.#unheard.slice(heard);
    this.#start -= heard * BITS_PER_BYTE;
  }

  #forget(): void {
    this.#unheard = new Uint8Array();
    this.#start = 0;
  }
}

/** What a receiver at one rate makes of a whole burst that was sent at another. */
export const resample = (bytes: Uint8Array, senderBaud: number, receiverBaud: number): Uint8Array =>
  new Resampler().receive(bytes, senderBaud, receiverBaud, true);

/** The line's level at a time in bits of the sender; it idles high after the last stop bit. */
function levelAt(bytes: Uint8Array, time: number): boolean {
  const byte = bytes[Math.floor(time / BITS_PER_BYTE)];
  if (byte === undefined) return true;
  const bit = Math.floor(time % BITS_PER_BYTE);
  if (bit === 0) return false;
  return bit === BITS_PER_BYTE - 1 || ((byte >> (bit - 1)) & 1) === 1;
}
