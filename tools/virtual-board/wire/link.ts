/** One end of an Ethernet link. Frames are whole Ethernet II frames without FCS. */
export interface Link {
  /** Hands a frame to the wire. The wire owns the array afterwards; the sender must not change it. */
  send(frame: Uint8Array): void;
  /** Sets the one receiver of frames that come from the other end. */
  onFrame(receiver: (frame: Uint8Array) => void): void;
  close(): void;
  /** Frames lost because the receiver was too slow; absent where none can be. */
  readonly overruns?: number;
}
