import { VirtualClock } from '../../../tools/virtual-board/clock.ts';
import type { TcpProfile } from '../../../tools/virtual-board/profiles/tcp-profile.ts';
import { seededRandom } from '../../../tools/virtual-board/random.ts';
import { parseAddress } from '../../../tools/virtual-board/tcpip/address.ts';
import { Err } from '../../../tools/virtual-board/tcpip/errors.ts';
import type { Pcb, TcpEvents } from '../../../tools/virtual-board/tcpip/pcb.ts';
import { TcpIp } from '../../../tools/virtual-board/tcpip/stack.ts';
import { STATE_NAMES } from '../../../tools/virtual-board/tcpip/tcp-state.ts';
import { PeerConnection } from '../../reference/scenarios/peer-connection.ts';
import { decodeFrame, encodeFrame } from '../../reference/scenarios/wire-format.ts';

const STACK = parseAddress('192.168.100.99') ?? 0;
const PEER = parseAddress('192.168.100.50') ?? 0;
const NETMASK = parseAddress('255.255.255.0') ?? 0;
const STACK_MAC = Uint8Array.from([2, 0, 0, 0, 0, 99]);
const PEER_MAC = Uint8Array.from([2, 0, 0, 0, 0, 50]);
/** A stack line may come this much later than it says, unless it says "+tolerance". */
const TOLERANCE_MS = 2;
const LINE = /^(\d+)(?:\+(\d+))?\s+(peer|stack|call|event|state)\s+(.*)$/;

interface Line {
  at: number;
  tolerance: number;
  who: string;
  what: string;
}

/**
 * Plays a time line of packets and calls, one per line, in the manner of packetdrill:
 *
 *     0     call   listen                      also: connect, write N, close, shutdown, abort, recved N, hold
 *     0     peer   S 0 win 1000 mss 1460       what the peer sends; numbers relative, `ack` and `win` as last said
 *     0     stack  SA 0 ack 1 win 65535 mss 1460
 *     20+5  stack  PA 1 len 5 ack 1            what the stack has to send, between 20 and 25 ms
 *     20    event  received 5                  what the application has to see: connected, received, sent, eof, failed
 *     30    state  ESTABLISHED
 *
 * Fields that a stack line does not mention may have any value. Returns the differences, none = right.
 */
export function play(profile: TcpProfile, text: string, untilMs = 0): string[] {
  const player = new Player(profile);
  const lines = text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map(parseLine);
  for (const line of lines) player.schedule(line);
  const end = Math.max(untilMs, ...lines.map(({ at, tolerance }) => at + tolerance));
  player.clock.runUntil(end + TOLERANCE_MS);
  return [
    ...compare('stack', lines, player.sent),
    ...compare('event', lines, player.seen),
    ...compare('state', lines, player.states),
  ];
}

function parseLine(line: string): Line {
  const [, at, tolerance, who, what] = LINE.exec(line) ?? [];
  if (at === undefined || who === undefined || what === undefined) throw new Error(`no line of a time line: ${line}`);
  return { at: Number(at), tolerance: Number(tolerance ?? TOLERANCE_MS), who, what };
}

interface Happened {
  at: number;
  what: string;
}

function compare(who: string, lines: readonly Line[], happened: readonly Happened[]): string[] {
  const expected = lines.filter((line) => line.who === who);
  const problems: string[] = [];
  for (let at = 0; at < Math.max(expected.length, happened.length); at++) {
    const [want, have] = [expected[at], happened[at]];
    const isRight =
      want && have && agrees(want.what, have.what) && have.at >= want.at && have.at <= want.at + want.tolerance;
    if (isRight) continue;
    const wanted = want ? `${want.what} at ${want.at}` : 'nothing';
    problems.push(`${who} ${at + 1}: expected ${wanted}, found ${have ? `${have.what} at ${have.at}` : 'nothing'}`);
  }
  return problems;
}

/** Every word of the expectation stands in what happened, numbers after their names. */
function agrees(expected: string, found: string): boolean {
  const fields = (text: string): Map<string, string> => {
    const words = text.split(/\s+/);
    const named = new Map([['0', words[0] ?? '']]);
    if (words[1] !== undefined) named.set('1', words[1]);
    for (let at = 2; at < words.length; at += 2) named.set(words[at] ?? '', words[at + 1] ?? '');
    return named;
  };
  const have = fields(found);
  return [...fields(expected)].every(([name, value]) => have.get(name) === value);
}

class Player {
  readonly clock = new VirtualClock();
  readonly sent: Happened[] = [];
  readonly seen: Happened[] = [];
  readonly states: Happened[] = [];
  readonly #stack: TcpIp;
  #deliver: (frame: Uint8Array) => void = () => undefined;
  #peer = new PeerConnection('peer', 40_000, 80, 0x2000_0000);
  #pcb: Pcb | undefined;
  #isHeld = false;

  constructor(profile: TcpProfile) {
    this.#stack = new TcpIp({
      ...{ clock: this.clock, random: seededRandom(1), mac: STACK_MAC, tcp: profile },
      link: {
        send: (frame) => this.#onFrame(frame),
        onFrame: (receiver) => {
          this.#deliver = receiver;
        },
        close: () => undefined,
      },
    });
    this.#stack.setAddress(STACK, NETMASK, 0);
    this.#stack.tcp.onState = (pcb, _from, to) => {
      this.#pcb = pcb;
      this.#note(this.states, STATE_NAMES[to] ?? '');
    };
  }

  schedule({ at, who, what }: Line): void {
    if (who === 'peer') this.clock.after(at, () => this.#send(what));
    if (who === 'call') this.clock.after(at, () => this.#call(what));
  }

  #note(list: Happened[], what: string): void {
    list.push({ at: this.clock.now(), what });
  }

  #send(what: string): void {
    const [flags = '', seq = '0', ...rest] = what.split(/\s+/);
    const value = (name: string): number | undefined => {
      const at = rest.indexOf(name);
      return at < 0 ? undefined : Number(rest[at + 1]);
    };
    const [ack, win, mss, len] = ['ack', 'win', 'mss', 'len'].map(value);
    const segment = this.#peer.encode({
      ...{ conn: 'peer', flags, seq: Number(seq), fill: 'x', len: len ?? 0 },
      ...(ack !== undefined && { ack }),
      ...(win !== undefined && { win }),
      ...(mss !== undefined && { mss }),
    });
    const endpoints = { mac: PEER_MAC, peerMac: STACK_MAC, address: PEER, peerAddress: STACK };
    this.#deliver(encodeFrame(endpoints, segment, rest.includes('badsum')));
  }

  #onFrame(frame: Uint8Array): void {
    const segment = decodeFrame(frame);
    if (!segment) {
      this.#answerArp(frame);
      return;
    }
    if (segment.destinationPort !== this.#peer.peerPort || segment.sourcePort !== this.#peer.devicePort) {
      this.#peer = new PeerConnection('peer', segment.destinationPort, segment.sourcePort, this.#peer.zero);
    }
    this.#peer.take(segment);
    const { flags, seq, ack, len, win, mss } = this.#peer.record(0, 'device', segment);
    const option = mss === undefined ? '' : ` mss ${mss}`;
    this.#note(this.sent, `${flags} ${seq} len ${len} ack ${ack} win ${win}${option}`);
  }

  #answerArp(frame: Uint8Array): void {
    const REPLY = 2;
    if (frame[13] !== 0x06 || frame[21] === REPLY) return;
    const target = frame.slice(38, 42);
    if (Buffer.compare(target, frame.slice(28, 32)) === 0) return;
    const reply = frame.slice(0, 42);
    reply.set(STACK_MAC, 0);
    reply.set(PEER_MAC, 6);
    reply[21] = REPLY;
    reply.set(PEER_MAC, 22);
    reply.set(target, 28);
    reply.set(frame.subarray(22, 28), 32);
    reply.set(frame.subarray(28, 32), 38);
    this.#deliver(reply);
  }

  #call(what: string): void {
    const [name = '', amount = '0'] = what.split(/\s+/);
    const stack = this.#stack;
    if (name === 'listen') {
      stack.listen(0, 80, this.#events);
      return;
    }
    if (name === 'connect') {
      const pcb = stack.createPcb(this.#events);
      this.#peer = new PeerConnection('peer', 9000, 0, this.#peer.zero);
      if (pcb) stack.connect(pcb, PEER, 9000);
      return;
    }
    const pcb = this.#pcb;
    if (!pcb) throw new Error(`${name} without a connection`);
    if (name === 'write') {
      const error = stack.write(pcb, new Uint8Array(Number(amount)));
      if (error !== Err.ok) this.#note(this.seen, `refused ${error}`);
      stack.output(pcb);
    } else if (name === 'close') stack.close(pcb);
    else if (name === 'shutdown') stack.shutdownWrite(pcb);
    else if (name === 'abort') stack.abort(pcb);
    else if (name === 'recved') stack.recved(pcb, Number(amount));
    else if (name === 'hold') this.#isHeld = true;
    else if (name === 'nodelay') pcb.nagle = false;
    else if (name === 'keepalive') pcb.keepAliveMs = Number(amount);
    else throw new Error(`no such call: ${name}`);
  }

  readonly #events: TcpEvents = {
    accepted: () => this.#ok('connected'),
    connected: () => this.#ok('connected'),
    received: (pcb, chunks) => {
      const size = chunks?.reduce((sum, chunk) => sum + chunk.length, 0) ?? 0;
      if (chunks && !this.#isHeld) this.#stack.recved(pcb, size);
      return this.#ok(chunks ? `received ${size}` : 'eof');
    },
    sent: (_pcb, bytes) => this.#ok(`sent ${bytes}`),
    failed: (_pcb, error) => {
      this.#note(this.seen, `failed ${error}`);
    },
  };

  #ok(what: string): Err {
    this.#note(this.seen, what);
    return Err.ok;
  }
}
