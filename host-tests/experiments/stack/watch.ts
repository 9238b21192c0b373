import type { Clock } from '../../../tools/virtual-board/clock.ts';
import type { ObservedLink } from '../../../tools/virtual-board/wire/capture.ts';

/** Told of the wire of a trial before anything crosses it. */
export type WatchWire = (wire: ObservedLink, clock: Clock) => void;
