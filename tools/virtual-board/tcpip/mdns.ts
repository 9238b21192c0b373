import { announcementOf, questionsOf, type MdnsService } from './mdns-message.ts';
import { bindUdp, closeUdp, createUdpSocket, sendUdp, type Udp, type UdpSocket } from './udp.ts';
import { parseAddress } from './address.ts';

const GROUP = parseAddress('224.0.0.251') ?? 0;
const PORT = 5353;

/** Answers for one service on the local network (RFC 6762), and announces it. */
export class MdnsResponder {
  readonly #udp: Udp;
  readonly #socket: UdpSocket;
  readonly #service: MdnsService;

  constructor(udp: Udp, service: MdnsService) {
    this.#udp = udp;
    this.#service = service;
    this.#socket = createUdpSocket(udp, ({ data }) => {
      this.#receive(data);
    });
    this.#socket.ttl = 255;
  }

  /** Joins the group and says what is here. False when the port is taken. */
  start(): boolean {
    if (bindUdp(this.#udp, this.#socket, 0, PORT) !== 0) return false;
    this.#udp.groups.add(GROUP);
    this.#announce();
    return true;
  }

  close(): void {
    closeUdp(this.#udp, this.#socket);
    this.#udp.groups.delete(GROUP);
  }

  #receive(message: Uint8Array): void {
    const { host, type, instance } = this.#service;
    const ours = new Set([host, type, instance].map((name) => name.toLowerCase()));
    if (questionsOf(message).some((name) => ours.has(name))) this.#announce();
  }

  #announce(): void {
    sendUdp(this.#udp, this.#socket, GROUP, PORT, announcementOf(this.#service, this.#udp.netif.address));
  }
}
