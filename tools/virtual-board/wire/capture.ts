import { closeSync, openSync, writeSync } from 'node:fs';
import { UserError } from '../../cli/exit.ts';
import type { Clock } from '../clock.ts';
import type { Link } from './link.ts';
import { interfaceBlock, packetBlock, sectionHeader, type CapturedPacket } from './pcapng.ts';

const CHUNK_BYTES = 65_536;

/** A pcapng file in the making; blocks are gathered and written in chunks. */
export class CaptureFile {
  readonly path: string;
  readonly #fd: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #packets = 0;
  #interfaces = 0;

  constructor(path: string, comment?: string) {
    this.path = path;
    try {
      this.#fd = openSync(path, 'w');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? String(error);
      throw new UserError(`cannot write the capture ${path}: ${code}`, 'choose a file that you may write');
    }
    this.#put(sectionHeader(comment));
  }

  get packets(): number {
    return this.#packets;
  }

  /** Declares an interface and returns its number. */
  interface(name: string, description: string): number {
    this.#put(interfaceBlock(name, description));
    return this.#interfaces++;
  }

  packet(packet: CapturedPacket): void {
    this.#packets++;
    this.#put(packetBlock(packet));
  }

  /** Writes what has been gathered, so that a reader sees whole blocks. */
  flush(): void {
    for (const chunk of this.#chunks) writeSync(this.#fd, chunk);
    this.#chunks = [];
    this.#bytes = 0;
  }

  close(): void {
    this.flush();
    closeSync(this.#fd);
  }

  #put(bytes: Buffer): void {
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes >= CHUNK_BYTES) this.flush();
  }
}

/** A receiver of everything that crosses one point of the wire. `rx` and `tx` are the board's view. */
export type Observer = (direction: 'rx' | 'tx', frame: Uint8Array) => void;

/** A link that shows every frame to whoever watches this point, and alters nothing. */
export class ObservedLink implements Link {
  readonly #link: Link;
  readonly #observers = new Set<Observer>();

  constructor(link: Link) {
    this.#link = link;
  }

  /** Adds an observer; returns the function that removes it. */
  observe(observer: Observer): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  send(frame: Uint8Array): void {
    for (const observe of this.#observers) observe('tx', frame);
    this.#link.send(frame);
  }

  onFrame(receiver: (frame: Uint8Array) => void): void {
    this.#link.onFrame((frame) => {
      for (const observe of this.#observers) observe('rx', frame);
      receiver(frame);
    });
  }

  close(): void {
    this.#link.close();
  }
}

/** Records one point of the wire into a capture as an interface of its own; returns the function that stops. */
export function record(
  point: ObservedLink,
  file: CaptureFile,
  clock: Clock,
  { name, description, epochMs }: { name: string; description: string; epochMs: number },
): () => void {
  const interfaceId = file.interface(name, description);
  const origin = epochMs - clock.now();
  return point.observe((direction, frame) =>
    file.packet({
      interfaceId,
      timeMs: origin + clock.now(),
      frame,
      direction: direction === 'rx' ? 'in' : 'out',
    }),
  );
}
