/** 8N1: start bit, eight data bits, stop bit. */
export const BITS_PER_BYTE = 10;

/** A UART follows a sender that is off by less than half a bit over one frame, which is about 5 %. */
const TOLERANCE = 0.04;

/**
 * What a UART at `receiverBaud` makes of bytes sent back to back at `senderBaud`: it waits for a falling edge, then
 * samples the middle of each of its own bit times. Frames whose stop bit reads low are delivered too, as the ESP8266
 * and common USB bridges do.
 */
export function resample(bytes: Uint8Array, senderBaud: number, receiverBaud: number): Uint8Array {
  const ratio = senderBaud / receiverBaud;
  if (Math.abs(ratio - 1) < TOLERANCE) return bytes;
  const end = bytes.length * BITS_PER_BYTE;
  const received: number[] = [];
  let start = 0;
  for (;;) {
    while (start < end && levelAt(bytes, start)) start = Math.floor(start) + 1;
    if (start >= end) return Uint8Array.from(received);
    let value = 0;
    for (let bit = 0; bit < 8; bit++) {
      if (levelAt(bytes, start + (bit + 1.5) * ratio)) value |= 1 << bit;
    }
    received.push(value);
    start += (BITS_PER_BYTE - 0.5) * ratio;
    while (start < end && !levelAt(bytes, start)) start = Math.floor(start) + 1;
  }
}

/** The line's level at a time in bits of the sender; it idles high after the last stop bit. */
function levelAt(bytes: Uint8Array, time: number): boolean {
  const byte = bytes[Math.floor(time / BITS_PER_BYTE)];
  if (byte === undefined) return true;
  const bit = Math.floor(time % BITS_PER_BYTE);
  if (bit === 0) return false;
  return bit === BITS_PER_BYTE - 1 || ((byte >> (bit - 1)) & 1) === 1;
}
