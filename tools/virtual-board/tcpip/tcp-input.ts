import { Err } from './errors.ts';
import { isBroadcast } from './interface.ts';
import { isMulticast } from './address.ts';
import type { Ipv4Packet } from './ipv4.ts';
import type { Pcb } from './pcb.ts';
import { enterTimeWait, findListener, findPcb, freePcb, setState } from './pcb-table.ts';
import { after, within } from './sequence.ts';
import { abort } from './tcp-close.ts';
import { parseSegment } from './tcp-header.ts';
import { acceptSyn, applyMss } from './tcp-open.ts';
import { hasRoom, output, resetSender, sendAck, sendReset } from './tcp-output.ts';
import { receive } from './tcp-receive.ts';
import { requeueFirst } from './tcp-retransmit.ts';
import { ACK, FIN, RST, State, SYN } from './tcp-state.ts';
import { incomingLength, type Incoming, type Tcp } from './tcp.ts';

/** What the state machine made of a segment. */
type Outcome = 'goes on' | 'reset' | 'closed' | 'gone';

export function receiveTcp(tcp: Tcp, packet: Ipv4Packet): void {
  if (isBroadcast(tcp.netif, packet.destination) || isMulticast(packet.destination)) return;
  const segment = parseSegment(packet);
  if (!segment) return;
  const pcb = findPcb(tcp, segment.source, segment.sourcePort, segment.destination, segment.destinationPort);
  if (pcb && pcb.state !== State.timeWait) {
    receiveForActive(tcp, pcb, segment);
  } else if (!pcb || !receiveForTimeWait(tcp, pcb, segment)) {
    receiveForNobody(tcp, segment);
  }
}

/** Listening ports and closed ones (RFC 9293 sections 3.10.7.1 and 3.10.7.2). */
function receiveForNobody(tcp: Tcp, segment: Incoming): void {
  const listener = findListener(tcp, segment.destination, segment.destinationPort);
  if (!listener) {
    if ((segment.flags & RST) === 0) resetSender(tcp, segment);
  } else if ((segment.flags & RST) !== 0 && !tcp.profile.quirks.answersResets) {
    return;
  } else if ((segment.flags & ACK) !== 0) {
    resetSender(tcp, segment, tcp.profile.quirks.strayResetOffset);
  } else if ((segment.flags & SYN) !== 0) {
    acceptSyn(tcp, listener, segment);
  }
}

/** False when the segment opens a new connection in place of the waiting one. */
function receiveForTimeWait(tcp: Tcp, pcb: Pcb, segment: Incoming): boolean {
  if ((segment.flags & RST) !== 0) return true;
  if ((segment.flags & SYN) !== 0) {
    if (!tcp.profile.quirks.timeWaitRefusesSyn && after(segment.sequence, pcb.rcvNxt)) {
      freePcb(tcp, pcb);
      return false;
    }
    if (within(segment.sequence, pcb.rcvNxt, (pcb.rcvNxt + pcb.rcvWnd) | 0)) {
      resetSender(tcp, segment);
      return true;
    }
  } else if ((segment.flags & FIN) !== 0) {
    pcb.touchedTick = tcp.ticks;
  }
  if (incomingLength(segment) > 0) {
    pcb.ackNow = true;
    output(tcp, pcb);
  }
  return true;
}

function receiveForActive(tcp: Tcp, pcb: Pcb, segment: Incoming): void {
  tcp.arrived = [];
  tcp.finArrived = false;
  if (pcb.refused) {
    const error = pcb.events.received(pcb, pcb.refused);
    if (error === Err.ok) pcb.refused = undefined;
    else if (error === Err.aborted || incomingLength(segment) > 0) return;
  }
  tcp.inHand = pcb;
  const outcome = advance(tcp, pcb, segment);
  const goesOn = outcome === 'goes on' && tellOwner(tcp, pcb);
  tcp.inHand = undefined;
  if (outcome === 'reset') end(tcp, pcb, Err.reset);
  else if (outcome === 'closed') end(tcp, pcb, pcb.receiveClosed ? undefined : Err.closed);
  else if (goesOn) output(tcp, pcb);
}

/** The owner is told while the memory is still taken, as in lwIP. */
function end(tcp: Tcp, pcb: Pcb, error: Err | undefined): void {
  if (error !== undefined) pcb.events.failed(pcb, error);
  freePcb(tcp, pcb);
}

const isGone = (pcb: Pcb): boolean => pcb.state === State.closed;

/** False when the owner ended the connection, or took over. */
function tellOwner(tcp: Tcp, pcb: Pcb): boolean {
  if (pcb.acked > 0 && pcb.events.sent(pcb, pcb.acked) === Err.aborted) return false;
  if (isGone(pcb)) return false;
  const { arrived, finArrived } = tcp;
  if (arrived.length > 0) {
    if (pcb.receiveClosed) {
      if (pcb.state === State.timeWait && !tcp.profile.quirks.forgetsDataWithFin) sendReset(tcp, pcb);
      abort(tcp, pcb);
      return false;
    }
    const error = pcb.events.received(pcb, arrived);
    if (error === Err.aborted) return false;
    if (error !== Err.ok) pcb.refused = arrived;
  }
  if (!finArrived || isGone(pcb)) return true;
  // The FIN is no data: it needs no `recved`.
  if (pcb.rcvWnd !== tcp.profile.window) pcb.rcvWnd++;
  return pcb.events.received(pcb, undefined) !== Err.aborted;
}

/** The state machine (RFC 9293 section 3.10.7). */
function advance(tcp: Tcp, pcb: Pcb, segment: Incoming): Outcome {
  const { flags } = segment;
  if ((flags & RST) !== 0) return receiveReset(tcp, pcb, segment);
  if ((flags & SYN) !== 0 && pcb.state !== State.synSent && pcb.state !== State.synReceived) {
    pcb.ackNow = true;
    return 'goes on';
  }
  if (!pcb.receiveClosed || !tcp.profile.quirks.closedSideStopsClock) pcb.touchedTick = tcp.ticks;
  pcb.keepAliveSent = 0;
  applyMss(tcp, pcb, segment);
  switch (pcb.state) {
    case State.synSent:
      return advanceSynSent(tcp, pcb, segment);
    case State.synReceived:
      return advanceSynReceived(tcp, pcb, segment);
    default:
      return advanceSynchronized(tcp, pcb, segment);
  }
}

function receiveReset(tcp: Tcp, pcb: Pcb, segment: Incoming): Outcome {
  if (pcb.state === State.synSent) {
    const isChecked = (segment.flags & ACK) !== 0 || tcp.profile.quirks.synSentTakesBareReset;
    return isChecked && segment.acknowledgment === pcb.sndNxt ? 'reset' : 'goes on';
  }
  const isInside = within(segment.sequence, pcb.rcvNxt, (pcb.rcvNxt + pcb.rcvWnd) | 0);
  if (!isInside) return 'goes on';
  if (segment.sequence !== pcb.rcvNxt && !tcp.profile.quirks.inexactResetKills) {
    pcb.ackNow = true;
    return 'goes on';
  }
  pcb.ackDelayed = false;
  return 'reset';
}

function advanceSynSent(tcp: Tcp, pcb: Pcb, segment: Incoming): Outcome {
  const { flags } = segment;
  const answers = segment.acknowledgment === ((pcb.sndUna + 1) | 0);
  if ((flags & ACK) !== 0 && (flags & SYN) !== 0 && answers) {
    establishActive(tcp, pcb, segment);
    if (pcb.events.connected(pcb) === Err.aborted) return 'gone';
    pcb.ackNow = true;
  } else if ((flags & ACK) !== 0) {
    resetSender(tcp, segment);
  } else if ((flags & SYN) !== 0 && !tcp.profile.quirks.noSimultaneousOpen) {
    acceptSimultaneous(tcp, pcb, segment);
  }
  return 'goes on';
}

function establishActive(tcp: Tcp, pcb: Pcb, segment: Incoming): void {
  pcb.sendSpace++;
  pcb.rcvNxt = (segment.sequence + 1) | 0;
  pcb.announcedEdge = pcb.rcvNxt;
  pcb.sndUna = segment.acknowledgment;
  pcb.sndNxt = segment.acknowledgment;
  pcb.sndWnd = segment.window;
  pcb.sndWl1 = (segment.sequence - 1) | 0;
  setState(tcp, pcb, State.established);
  pcb.slowStartThreshold = pcb.mss * 10;
  openCongestionWindow(pcb, pcb.congestionWindow);
  const syn = pcb.unacked.shift() ?? pcb.unsent.shift();
  if (syn) tcp.heap.release(syn.charged);
  pcb.sendQueueLength--;
  pcb.retransmitTicks = pcb.unacked.length === 0 ? -1 : 0;
  pcb.retransmissions = 0;
  if (!tcp.profile.quirks.timesSynUntilData) pcb.timedTick = 0;
}

/** Both sides sent a SYN (RFC 9293 section 3.5, figure 7): ours goes again, with the acknowledgement. */
function acceptSimultaneous(tcp: Tcp, pcb: Pcb, segment: Incoming): void {
  pcb.rcvNxt = (segment.sequence + 1) | 0;
  pcb.announcedEdge = pcb.rcvNxt;
  pcb.sndWnd = segment.window;
  pcb.sndWl1 = (segment.sequence - 1) | 0;
  setState(tcp, pcb, State.synReceived);
  requeueFirst(pcb);
}

/** Two segments to begin with, one after a lost SYN. */
function openCongestionWindow(pcb: Pcb, before: number): void {
  pcb.congestionWindow = before === 1 ? pcb.mss * 2 : pcb.mss;
}

function advanceSynReceived(tcp: Tcp, pcb: Pcb, segment: Incoming): Outcome {
  const { flags } = segment;
  if ((flags & ACK) === 0) {
    const isRepeated = (flags & SYN) !== 0 && segment.sequence === ((pcb.rcvNxt - 1) | 0);
    if (isRepeated) requeueFirst(pcb);
    return 'goes on';
  }
  if (!within(segment.acknowledgment, (pcb.sndUna + 1) | 0, pcb.sndNxt)) {
    resetSender(tcp, segment);
    return 'goes on';
  }
  setState(tcp, pcb, State.established);
  const error = pcb.events.accepted(pcb);
  if (error !== Err.ok) {
    if (error !== Err.aborted) abort(tcp, pcb);
    return 'gone';
  }
  const before = pcb.congestionWindow;
  receive(tcp, pcb, segment);
  // The SYN was no data of the application.
  if (pcb.acked !== 0) pcb.acked--;
  openCongestionWindow(pcb, before);
  if (tcp.finArrived) acknowledgeFin(tcp, pcb, State.closeWait);
  return 'goes on';
}

function acknowledgeFin(tcp: Tcp, pcb: Pcb, state: State): void {
  pcb.ackNow = true;
  if (state === State.timeWait) enterTimeWait(tcp, pcb);
  else setState(tcp, pcb, state);
}

function advanceSynchronized(tcp: Tcp, pcb: Pcb, segment: Incoming): Outcome {
  if (answersUnsent(tcp, pcb, segment)) {
    if (hasRoom(tcp, 0)) sendAck(tcp, pcb);
    return 'goes on';
  }
  receive(tcp, pcb, segment);
  const ourFinAcked = acknowledgesFin(tcp, pcb, segment);
  switch (pcb.state) {
    case State.established:
    case State.closeWait:
      if (tcp.finArrived) acknowledgeFin(tcp, pcb, State.closeWait);
      break;
    case State.finWait1:
      if (tcp.finArrived) acknowledgeFin(tcp, pcb, ourFinAcked ? State.timeWait : State.closing);
      else if (ourFinAcked) setState(tcp, pcb, State.finWait2);
      break;
    case State.finWait2:
      if (tcp.finArrived) acknowledgeFin(tcp, pcb, State.timeWait);
      break;
    case State.closing:
      if (ourFinAcked) enterTimeWait(tcp, pcb);
      break;
    case State.lastAck:
      if (ourFinAcked) return 'closed';
  }
  return 'goes on';
}

const acknowledgesFin = (tcp: Tcp, pcb: Pcb, segment: Incoming): boolean =>
  (segment.flags & ACK) !== 0 &&
  segment.acknowledgment === pcb.sndNxt &&
  (pcb.unsent.length === 0 || tcp.profile.quirks.takesAnyAckForFins);

const answersUnsent = (tcp: Tcp, pcb: Pcb, segment: Incoming): boolean =>
  !tcp.profile.quirks.ignoresAckOfUnsent && (segment.flags & ACK) !== 0 && after(segment.acknowledgment, pcb.sndNxt);
