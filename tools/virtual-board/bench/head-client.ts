import { CORRECT_TCP } from '../profiles/correct.ts';
import type { Clock } from '../clock.ts';
import { lab } from '../lab.ts';
import { seededRandom } from '../random.ts';
import { parseAddress } from '../tcpip/address.ts';
import { Err } from '../tcpip/errors.ts';
import type { Pcb, TcpEvents } from '../tcpip/pcb.ts';
import { TcpIp } from '../tcpip/stack.ts';
import type { Link } from '../wire/link.ts';

const request = Buffer.from(`HEAD / HTTP/1.1\r\nHost: ${lab.board}\r\nConnection: close\r\n\r\n`);
const [HOST = 0, BOARD = 0, NETMASK = 0] = [lab.host, lab.board, '255.255.255.0'].map(parseAddress);

/** HTTP HEADs without an operating system: one new connection each, on an in-process stack. */
export class HeadClient {
  readonly #stack: TcpIp;
  readonly #closesFirst: boolean;
  #onEnd: (answered: boolean) => void = () => undefined;
  #answered = false;

  constructor(link: Link, clock: Clock, closesFirst: boolean) {
    this.#closesFirst = closesFirst;
    const mac = Uint8Array.of(0x02, 0x1a, 0xac, 0, 0, 1);
    this.#stack = new TcpIp({ clock, random: seededRandom(3), link, mac, tcp: CORRECT_TCP });
    this.#stack.setAddress(HOST, NETMASK, 0);
  }

  /** Starts one HEAD; `onEnd` is called when the connection is over for the client. */
  head(onEnd: (answered: boolean) => void): void {
    this.#onEnd = onEnd;
    this.#answered = false;
    const pcb = this.#stack.createPcb(this.#events);
    if (!pcb) throw new Error('the client has no limit on memory, yet no control block');
    this.#stack.connect(pcb, BOARD, lab.httpPort);
  }

  stop(): void {
    this.#stack.stop();
  }

  readonly #events: TcpEvents = {
    accepted: () => Err.value,
    connected: (pcb) => {
      this.#stack.write(pcb, request);
      return Err.ok;
    },
    received: (pcb, chunks) => this.#received(pcb, chunks),
    sent: () => Err.ok,
    failed: (_pcb, error) => {
      if (error !== Err.closed) this.#onEnd(false);
    },
  };

  #received(pcb: Pcb, chunks: readonly Uint8Array[] | undefined): Err {
    if (chunks) {
      this.#answered = true;
      for (const chunk of chunks) this.#stack.recved(pcb, chunk.length);
    }
    if (!chunks || this.#closesFirst) this.#stack.close(pcb);
    if (!chunks) this.#onEnd(this.#answered);
    return Err.ok;
  }
}
