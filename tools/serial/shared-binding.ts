import type {
  BindingInterface,
  BindingPortInterface,
  OpenOptions,
  PortStatus,
  SetOptions,
  UpdateOptions,
} from '@serialport/bindings-cpp';
import type { Port } from './port.ts';

/**
 * A serialport binding whose every `open` returns the port that is open already. A second `open` of the real device
 * would fail on the lock, and on many adapters pulse DTR and reset the board.
 */
export function sharedBinding(port: Port): BindingInterface {
  return {
    list: () => Promise.resolve([]),
    open: (options: OpenOptions) => Promise.resolve(new SharedPort(port, options)),
  };
}

interface Reader {
  resolve: () => void;
  reject: (error: Error) => void;
}

class SharedPort implements BindingPortInterface {
  readonly openOptions: Required<OpenOptions>;
  isOpen = true;
  readonly #port: Port;
  readonly #stopListening: (() => void)[];
  #received: Buffer = Buffer.alloc(0);
  #reader: Reader | undefined;
  #lost: Error | undefined;

  constructor(port: Port, options: OpenOptions) {
    this.openOptions = {
      dataBits: 8,
      stopBits: 1,
      parity: 'none',
      lock: true,
      hupcl: false,
      rtscts: false,
      xon: false,
      xoff: false,
      xany: false,
      ...options,
    };
    this.#port = port;
    this.#stopListening = [
      port.onData((bytes) => {
        this.#received = Buffer.concat([this.#received, bytes]);
        this.#wake()?.resolve();
      }),
      port.onClose((error) => {
        this.#lost = error ?? new Error('the port was closed');
        this.#wake()?.reject(this.#lost);
      }),
    ];
  }

  close(): Promise<void> {
    this.isOpen = false;
    for (const stop of this.#stopListening) stop();
    this.#wake()?.reject(canceled());
    return Promise.resolve();
  }

  async read(buffer: Buffer, offset: number, length: number): Promise<{ buffer: Buffer; bytesRead: number }> {
    if (!this.isOpen) throw canceled();
    if (this.#lost) throw this.#lost;
    if (this.#received.length === 0)
      await new Promise<void>((resolve, reject) => {
        this.#reader = { resolve, reject };
      });
    const bytesRead = this.#received.copy(buffer, offset, 0, length);
    this.#received = this.#received.subarray(bytesRead);
    return { buffer, bytesRead };
  }

  write(buffer: Buffer): Promise<void> {
    return this.#port.write(buffer);
  }

  update({ baudRate }: UpdateOptions): Promise<void> {
    return this.#port.setBaudRate(baudRate);
  }

  set({ dtr = true, rts = true }: SetOptions): Promise<void> {
    return this.#port.setLines({ dtr, rts });
  }

  get(): Promise<PortStatus> {
    return Promise.resolve({ cts: false, dsr: false, dcd: false });
  }

  getBaudRate(): Promise<{ baudRate: number }> {
    return Promise.resolve({ baudRate: this.#port.baudRate });
  }

  flush(): Promise<void> {
    this.#received = Buffer.alloc(0);
    return Promise.resolve();
  }

  /** A port's `write` resolves after the drain. */
  drain(): Promise<void> {
    return Promise.resolve();
  }

  #wake(): Reader | undefined {
    const reader = this.#reader;
    this.#reader = undefined;
    return reader;
  }
}

/** What the stream takes for an orderly close instead of a disconnection. */
function canceled(): Error {
  return Object.assign(new Error('the port is closed'), { canceled: true });
}
