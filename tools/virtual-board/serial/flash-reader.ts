import { createHash } from 'node:crypto';
import { word } from './loader-protocol.ts';

/** Sends flash content in packets, no more than `maxInFlight` of them unacknowledged, then the MD5 of it all. */
export class FlashReader {
  readonly #bytes: Uint8Array;
  readonly #packetSize: number;
  readonly #maxInFlight: number;
  readonly #send: (packet: Uint8Array) => void;
  #sent = 0;

  constructor(bytes: Uint8Array, packetSize: number, maxInFlight: number, send: (packet: Uint8Array) => void) {
    this.#bytes = bytes;
    this.#packetSize = packetSize;
    this.#maxInFlight = maxInFlight;
    this.#send = send;
  }

  start(): void {
    this.#sendUpTo(0);
  }

  /**
   * An acknowledgement is one word, the total that the host has; the digest follows the last. Anything else is how a
   * host breaks off.
   */
  acknowledge(packet: Uint8Array): 'more' | 'done' {
    if (packet.length !== 4) return 'done';
    const received = word(packet, 0);
    if (received < this.#bytes.length) {
      this.#sendUpTo(received);
      return 'more';
    }
    this.#send(Uint8Array.from(createHash('md5').update(this.#bytes).digest()));
    return 'done';
  }

  #sendUpTo(received: number): void {
    const end = Math.min(this.#bytes.length, received + this.#packetSize * this.#maxInFlight);
    while (this.#sent < end) {
      const packet = this.#bytes.subarray(this.#sent, Math.min(end, this.#sent + this.#packetSize));
      this.#sent += packet.length;
      this.#send(packet);
    }
  }
}
