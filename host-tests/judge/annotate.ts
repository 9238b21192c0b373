import type { ReadCapture } from '../../tools/virtual-board/wire/capture-reader.ts';
import { interfaceBlock, packetBlock, sectionHeader } from '../../tools/virtual-board/wire/pcapng.ts';
import { verdictInfo } from '../stress/verdict/verdict.ts';
import { addressText, type CapturedConnection } from './judge-capture.ts';

/**
 * The capture as pcapng with a comment on the first and the last packet of every connection, which Wireshark shows and
 * finds (`frame.comment`).
 */
export function annotate(capture: ReadCapture, connections: readonly CapturedConnection[]): Buffer {
  const comments = new Map<number, string>();
  for (const connection of connections) {
    const { number, clientAddress, clientPort, firstPacket, lastPacket, verdict, why } = connection;
    const name = `connection ${number} from ${addressText(clientAddress)}:${clientPort}`;
    const ending = `${verdict}: ${verdictInfo[verdict].meaning}${why === '' ? '' : ` (${why})`}`;
    if (firstPacket === lastPacket) comments.set(firstPacket, `${name}, ${ending}`);
    else comments.set(firstPacket, `${name} begins, verdict ${verdict}`).set(lastPacket, `${name} ends, ${ending}`);
  }
  return Buffer.concat([
    sectionHeader('judged by last-ack'),
    ...capture.interfaces.map(({ name }, index) => interfaceBlock(name === '' ? `interface ${index}` : name, '')),
    ...capture.packets.map((packet, index) => {
      const comment = comments.get(index) ?? packet.comment;
      return packetBlock({ ...packet, ...(comment !== undefined && { comment }) });
    }),
  ]);
}
