import { Err } from './errors.ts';
import type { Pcb } from './pcb.ts';
import { enterTimeWait, freePcb, retirePcb, setState } from './pcb-table.ts';
import { output, sendAck, sendReset } from './tcp-output.ts';
import { FIN, State } from './tcp-state.ts';
import { queueFin } from './tcp-write.ts';
import type { Tcp } from './tcp.ts';

/**
 * Gives the connection up. Data that the application has not taken turns the FIN into a RST (RFC 2525 section 2.17),
 * and the pcb waits in TIME_WAIT all the same. `Err.memory`: no room for the FIN, the connection stays as it is.
 */
export function close(tcp: Tcp, pcb: Pcb): Err {
  pcb.receiveClosed = true;
  const hasUnread = pcb.refused !== undefined || pcb.rcvWnd !== tcp.profile.window;
  if (hasUnread && pcb.state !== State.timeWait && pcb.state !== State.closed) {
    sendReset(tcp, pcb);
    enterTimeWait(tcp, pcb);
    return Err.ok;
  }
  return shutdownWrite(tcp, pcb);
}

/** Sends a FIN after all queued data; what the peer still sends is received. */
export function shutdownWrite(tcp: Tcp, pcb: Pcb): Err {
  switch (pcb.state) {
    case State.closed:
    case State.synSent:
      freePcb(tcp, pcb);
      return Err.ok;
    case State.synReceived:
    case State.established:
    case State.closeWait: {
      const error = queueFin(tcp, pcb, FIN);
      if (error !== Err.ok) return error;
      const { lastAck, finWait1, closeWait } = State;
      setState(tcp, pcb, pcb.state === closeWait ? lastAck : finWait1);
      output(tcp, pcb);
      return Err.ok;
    }
    default:
      return Err.ok;
  }
}

/** Ends the connection at once: RST to the peer, `Err.aborted` to the owner. */
export function abort(tcp: Tcp, pcb: Pcb, withReset = true): void {
  if (pcb.state === State.timeWait || pcb.state === State.closed) {
    freePcb(tcp, pcb);
    return;
  }
  if (pcb.ackDelayed && tcp.inHand !== pcb) sendAck(tcp, pcb);
  retirePcb(tcp, pcb);
  if (withReset) sendReset(tcp, pcb);
  pcb.events.failed(pcb, Err.aborted);
  freePcb(tcp, pcb);
}
