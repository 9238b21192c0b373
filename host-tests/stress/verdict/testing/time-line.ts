import { ACK, FIN, PSH, RST, SYN, type Segment } from '../segment.ts';

/**
 * Writes segments the way one writes them on a whiteboard, for tests and examples. One line per segment:
 * `<ms> <C|D> <flags> <seq> <ack|-> [<len>]`, flags as letters S F R P A, numbers relative to each side's first
 * sequence number (its SYN is 0).
 */
export function timeLine(text: string, clientStart = 1_000_000, deviceStart = 4_294_967_290): Segment[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [t, who, letters = '', seq = '0', ack = '-', len = '0'] = line.split(/\s+/);
      const from = who === 'C' ? 'client' : 'device';
      const [own, other] = from === 'client' ? [clientStart, deviceStart] : [deviceStart, clientStart];
      return {
        t: Number(t),
        from,
        flags: flagsOf(letters),
        seq: (own + Number(seq)) >>> 0,
        ack: ack === '-' ? 0 : (other + Number(ack)) >>> 0,
        win: 5840,
        len: Number(len),
      };
    });
}

const bits: Readonly<Record<string, number>> = { S: SYN, F: FIN, R: RST, P: PSH, A: ACK };

const flagsOf = (letters: string): number =>
  Array.from(letters).reduce((flags, letter) => flags | (bits[letter] ?? 0), 0);
