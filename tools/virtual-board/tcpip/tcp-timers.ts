import { Err } from './errors.ts';
import type { Pcb } from './pcb.ts';
import { freePcb, releaseAll, retirePcb } from './pcb-table.ts';
import { measuredTimeout } from './tcp-acknowledge.ts';
import { output, sendKeepAlive, sendReset, sendWindowProbe } from './tcp-output.ts';
import { retransmitAll } from './tcp-retransmit.ts';
import { State } from './tcp-state.ts';
import { inTicks, type Tcp } from './tcp.ts';

/** Starts the timer that runs as long as there are connections. */
export function ensureTimer(tcp: Tcp): void {
  if (tcp.timer) return;
  const { polling, fastTickMs } = tcp.profile;
  // Polled timers count from the last time any timer of the firmware ran.
  const head = polling ? Math.floor(tcp.netif.random() * 5) * polling.periodMs : 0;
  schedule(tcp, polling ? roundUp(fastTickMs - head, polling.periodMs) + jitter(tcp) : fastTickMs);
}

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;
const jitter = (tcp: Tcp): number => tcp.netif.random() * (tcp.profile.polling?.jitterMs ?? 0);

function schedule(tcp: Tcp, delayMs: number): void {
  tcp.timer = tcp.netif.clock.after(delayMs, () => {
    runRound(tcp);
  });
}

/** A poll comes a little late, finds the tick not yet due by as much, and takes the next poll: 150 ms for 125. */
function nextDelay(tcp: Tcp): number {
  const { polling, fastTickMs } = tcp.profile;
  if (!polling) return fastTickMs;
  const isEarly = tcp.netif.random() < polling.earlyShare;
  return roundUp(fastTickMs, polling.periodMs) + (isEarly ? 0 : polling.periodMs) + jitter(tcp);
}

function runRound(tcp: Tcp): void {
  fastTick(tcp);
  if ((++tcp.rounds & 1) !== 0) slowTick(tcp);
  tcp.timer = undefined;
  if (tcp.active.size > 0 || tcp.timeWait.size > 0) schedule(tcp, nextDelay(tcp));
}

/** Delayed acknowledgements, and data that was refused. */
function fastTick(tcp: Tcp): void {
  for (const pcb of members(tcp.active.first)) {
    if (pcb.state === State.closed) continue;
    offerRefused(pcb);
    if (!pcb.ackDelayed) continue;
    pcb.ackNow = true;
    output(tcp, pcb);
    pcb.ackDelayed = false;
    pcb.ackNow = false;
  }
}

function offerRefused(pcb: Pcb): void {
  const { refused } = pcb;
  if (refused && pcb.events.received(pcb, refused) === Err.ok) pcb.refused = undefined;
}

/** A copy, because callbacks may end any connection. */
function members(first: Pcb | undefined): Pcb[] {
  const list: Pcb[] = [];
  for (let pcb = first; pcb; pcb = pcb.next) list.push(pcb);
  return list;
}

function slowTick(tcp: Tcp): void {
  tcp.ticks++;
  for (const pcb of members(tcp.active.first)) {
    if (pcb.state !== State.closed) tickActive(tcp, pcb);
  }
  const limit = inTicks(tcp, tcp.profile.timeWaitMs);
  for (let pcb = tcp.timeWait.first; pcb;) {
    const following: Pcb | undefined = pcb.next;
    if (tcp.ticks - pcb.touchedTick > limit) freePcb(tcp, pcb);
    pcb = following;
  }
}

function tickActive(tcp: Tcp, pcb: Pcb): void {
  const { profile } = tcp;
  const idle = tcp.ticks - pcb.touchedTick;
  const givesUp = hasGivenUp(tcp, pcb);
  if (!givesUp && pcb.persistStep > 0) tickProbe(tcp, pcb);
  else if (!givesUp) tickRetransmission(tcp, pcb);
  const lifetime = lifetimeOf(tcp, pcb);
  const isOver = lifetime !== undefined && idle > inTicks(tcp, lifetime);
  const isDead = tickKeepAlive(tcp, pcb, idle);
  if (pcb.early.length > 0 && idle >= pcb.rto * profile.outOfOrderTimeouts) releaseAll(tcp, pcb.early);
  if (givesUp || isOver || isDead) end(tcp, pcb, isDead);
  else poll(tcp, pcb);
}

/** The application's turn, and that of data it has queued from outside of events. */
function poll(tcp: Tcp, pcb: Pcb): void {
  if (++pcb.pollCount < pcb.pollTicks) return;
  pcb.pollCount = 0;
  if (pcb.pollTicks > 0) pcb.events.polled?.(pcb);
  output(tcp, pcb);
}

/** Asks a silent peer whether it lives; true when it has not answered the last probe in time. */
function tickKeepAlive(tcp: Tcp, pcb: Pcb, idle: number): boolean {
  if (pcb.keepAliveMs === undefined) return false;
  if (pcb.state !== State.established && pcb.state !== State.closeWait) return false;
  const interval = tcp.profile.keepAliveIntervalMs;
  if (idle > inTicks(tcp, pcb.keepAliveMs + pcb.keepAliveProbes * interval)) return true;
  if (idle > inTicks(tcp, pcb.keepAliveMs + pcb.keepAliveSent * interval)) {
    sendKeepAlive(tcp, pcb);
    pcb.keepAliveSent++;
  }
  return false;
}

function lifetimeOf(tcp: Tcp, pcb: Pcb): number | undefined {
  switch (pcb.state) {
    case State.finWait2:
      return tcp.profile.finWait2Ms;
    case State.synReceived:
      return tcp.profile.synReceivedMs;
    case State.lastAck:
      return tcp.profile.lastAckMs;
    default:
      return undefined;
  }
}

function hasGivenUp(tcp: Tcp, pcb: Pcb): boolean {
  const { retries, synRetries, quirks } = tcp.profile;
  const limit = pcb.state === State.synSent ? Math.min(synRetries, retries) : retries;
  return pcb.retransmissions === limit && (quirks.givesUpEarly || pcb.retransmitTicks + 1 >= pcb.rto);
}

function tickProbe(tcp: Tcp, pcb: Pcb): void {
  const { persistTicks } = tcp.profile;
  pcb.persistCount++;
  if (pcb.persistCount < (persistTicks[pcb.persistStep - 1] ?? 0)) return;
  pcb.persistCount = 0;
  if (pcb.persistStep < persistTicks.length) pcb.persistStep++;
  sendWindowProbe(tcp, pcb);
}

function tickRetransmission(tcp: Tcp, pcb: Pcb): void {
  if (pcb.retransmitTicks >= 0) pcb.retransmitTicks++;
  if (pcb.unacked.length === 0 || pcb.retransmitTicks < pcb.rto) return;
  const { backoff, quirks } = tcp.profile;
  if (pcb.state !== State.synSent || !quirks.synWithoutBackoff) {
    const shift = backoff[Math.min(pcb.retransmissions, backoff.length - 1)] ?? 0;
    pcb.rto = measuredTimeout(tcp, pcb) << shift;
  }
  pcb.retransmitTicks = 0;
  const inFlight = Math.min(pcb.congestionWindow, pcb.sndWnd);
  pcb.slowStartThreshold = Math.max(inFlight >> 1, pcb.mss << 1);
  pcb.congestionWindow = pcb.mss;
  retransmitAll(tcp, pcb);
}

function end(tcp: Tcp, pcb: Pcb, withReset: boolean): void {
  retirePcb(tcp, pcb);
  if (withReset) sendReset(tcp, pcb);
  pcb.events.failed(pcb, Err.aborted);
  freePcb(tcp, pcb);
}
