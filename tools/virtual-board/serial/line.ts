/** The two modem lines that the reset circuit of a development board uses; true = asserted. */
export interface ModemLines {
  dtr: boolean;
  rts: boolean;
}

/** A board's serial line as the host sees it: what a PTY, a test or a custom serialport binding plugs into. */
export interface SerialLine {
  /** Host to chip. */
  write(bytes: Uint8Array): void;
  /** Adds a receiver of bytes from chip to host; returns the function that removes it. */
  onData(receiver: (bytes: Uint8Array) => void): () => void;
  /** Host's DTR and RTS, always both. */
  setLines(lines: ModemLines): void;
  /** The host's baud rate. When it differs from the chip's, bytes arrive as garbage in both directions. */
  setBaudRate(baudRate: number): void;
}
