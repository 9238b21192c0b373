/** The two modem lines that the reset circuit of a development board uses; true = asserted. */
export interface ModemLines {
  dtr: boolean;
  rts: boolean;
}

/** A board's serial line as the host sees it: what a PTY, a test or a custom serialport binding plugs into. */
export interface SerialLine {
  /** Host to chip. */
  write(bytes: Uint8Array): void;
  /** Bytes written by the host that the line has not carried yet; zero is what a host's `drain` waits for. */
  readonly pending: number;
  /** Adds a receiver of bytes from chip to host; returns the function that removes it. */
  onData(receiver: (bytes: Uint8Array) => void): () => void;
  /** Host's DTR and RTS, always both. */
  setLines(lines: ModemLines): void;
  /** The host's baud rate. When it differs from the chip's, bytes arrive as garbage in both directions. */
  setBaudRate(baudRate: number): void;
}

/** The chip's end of the line: what the ROM loader and the firmware print to and read from. */
export interface ChipUart {
  /** The rate that the UART's divisor gives; bytes already queued leave at the rate they were written at. */
  baudRate: number;
  /** While true, the next bytes that arrive set `baudRate` to the host's, as the ROM loader's autobaud does. */
  autoBaud: boolean;
  /** Chip to host. */
  write(bytes: Uint8Array): void;
  /** Bytes written that have not left yet. */
  readonly txPending: number;
  /** How long, in milliseconds, a program that writes waits for room in the transmit FIFO after what it has written. */
  readonly txWaitMs: number;
  /** Sets the one receiver, or takes it away: bytes then wait in the hardware FIFO and overflow it. */
  onReceive(receiver: ((bytes: Uint8Array) => void) | undefined): void;
  /** Bytes waiting in the hardware FIFO; at most 128 (ESP8266 Technical Reference, UART). */
  readonly rxBuffered: number;
}
