import type { Clock } from '../../clock.ts';
import type { Random } from '../../random.ts';
import type { Link } from '../link.ts';

/** Passes a frame on towards the other end of the link. */
export type Pass = (frame: Uint8Array) => void;

/** One fault in one direction: sees every frame and passes on what it wants, when it wants, as often as it wants. */
type Stage = (frame: Uint8Array, pass: Pass) => void;

/** Makes a fault's stage for one direction, so that its state is that direction's alone. */
export type Fault = (clock: Clock, random: Random) => Stage;

/** A direction seen from the board. */
export type FaultDirection = 'rx' | 'tx';

export interface FaultyLinkOptions {
  clock: Clock;
  random: Random;
  /** The directions that suffer; both unless told otherwise. */
  directions?: readonly FaultDirection[];
}

/** The board's end of `link`, with `fault` between it and the wire. */
export function withFault(
  link: Link,
  fault: Fault,
  { clock, random, directions = ['rx', 'tx'] }: FaultyLinkOptions,
): Link {
  const stage = (direction: FaultDirection): Stage =>
    directions.includes(direction) ? fault(clock, random) : (frame, pass) => pass(frame);
  const [rx, tx] = [stage('rx'), stage('tx')];
  let open = true;
  const passUp =
    (receiver: Pass): Pass =>
    (frame) => {
      if (open) receiver(frame);
    };
  const send = (frame: Uint8Array): void => link.send(frame);
  return {
    send: (frame) => tx(frame, send),
    onFrame: (receiver) => {
      const up = passUp(receiver);
      link.onFrame((frame) => rx(frame, up));
    },
    close: () => {
      open = false;
      link.close();
    },
  };
}
