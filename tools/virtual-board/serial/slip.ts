const END = 0xc0;
const ESCAPE = 0xdb;
const ESCAPED_END = 0xdc;
const ESCAPED_ESCAPE = 0xdd;

/** Largest packet a loader takes: a block of 16 KiB with its headers; longer ones are noise. */
const MAX_PACKET = 0x4000 + 64;

/** One SLIP packet (RFC 1055) with an END at both ends, as Espressif's loaders send it. */
export function slipEncode(packet: Uint8Array): Uint8Array {
  const encoded: number[] = [END];
  for (const byte of packet) {
    if (byte === END) encoded.push(ESCAPE, ESCAPED_END);
    else if (byte === ESCAPE) encoded.push(ESCAPE, ESCAPED_ESCAPE);
    else encoded.push(byte);
  }
  encoded.push(END);
  return Uint8Array.from(encoded);
}

/** Finds packets in a stream of bytes; what stands outside of packets, or breaks the escaping, is dropped. */
export class SlipDecoder {
  readonly #onPacket: (packet: Uint8Array) => void;
  #packet: number[] | undefined;
  #escaping = false;

  constructor(onPacket: (packet: Uint8Array) => void) {
    this.#onPacket = onPacket;
  }

  push(bytes: Uint8Array): void {
    for (const byte of bytes) this.#take(byte);
  }

  #take(byte: number): void {
    if (byte === END) {
      this.#end();
    } else if (this.#packet) {
      if (!this.#append(this.#packet, byte) || this.#packet.length > MAX_PACKET) this.#packet = undefined;
    }
  }

  /** An END closes a packet that has content, and opens the next one otherwise. */
  #end(): void {
    const packet = this.#packet;
    this.#escaping = false;
    if (!packet || packet.length === 0) {
      this.#packet = [];
      return;
    }
    this.#packet = undefined;
    this.#onPacket(Uint8Array.from(packet));
  }

  /** False when the escaping is broken. */
  #append(packet: number[], byte: number): boolean {
    if (this.#escaping) {
      this.#escaping = false;
      if (byte !== ESCAPED_END && byte !== ESCAPED_ESCAPE) return false;
      packet.push(byte === ESCAPED_END ? END : ESCAPE);
    } else if (byte === ESCAPE) {
      this.#escaping = true;
    } else {
      packet.push(byte);
    }
    return true;
  }
}
