import { CaptureFile } from '../../tools/virtual-board/wire/capture.ts';
import type { WatchWire } from './stack/watch.ts';

/** Bytes of a frame that are kept: its headers and the beginning of what it carries. */
const SNAP_BYTES = 256;

/** A capture file of one trial, its clock from zero on. */
export interface TrialCapture {
  watch: WatchWire;
  close(): void;
}

/** @throws UserError when the file cannot be written. */
export function captureWire(path: string, how = 'virtual time'): TrialCapture {
  const file = new CaptureFile(path, `last-ack experiment, ${how}`);
  const interfaceId = file.interface('wire', 'at the device');
  return {
    watch: (wire, clock) => {
      wire.observe((direction, frame) =>
        file.packet({
          interfaceId,
          timeMs: clock.now(),
          frame: frame.subarray(0, SNAP_BYTES),
          wireLength: frame.length,
          direction: direction === 'rx' ? 'in' : 'out',
        }),
      );
    },
    close: () => file.close(),
  };
}
