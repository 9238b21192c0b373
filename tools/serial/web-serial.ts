/// <reference types="w3c-web-serial" />
import type { BaudRateConfigurablePort } from 'esptool-js';
import type { Port } from './port.ts';

/**
 * An open port as browsers' flashers expect it (Web Serial API). The port itself is opened and closed by whoever has
 * it: `open` here sets the rate and makes new streams, since a stream that was cancelled never gives bytes again.
 */
export function webSerialPort(port: Port): BaudRateConfigurablePort {
  return new WebSerialPort(port) as unknown as BaudRateConfigurablePort;
}

/** The part of `SerialPort` that flashers use. */
class WebSerialPort extends EventTarget {
  readable: ReadableStream<Uint8Array> | null = null;
  writable: WritableStream<Uint8Array> | null = null;
  readonly #port: Port;
  #signals = { dtr: false, rts: false };
  #endStreams: () => void = () => undefined;

  constructor(port: Port) {
    super();
    this.#port = port;
  }

  async open({ baudRate }: SerialOptions): Promise<void> {
    await this.#port.setBaudRate(baudRate);
    this.#endStreams();
    const stops: (() => void)[] = [];
    this.readable = new ReadableStream({
      start: (controller) => {
        stops.push(
          this.#port.onData((bytes) => controller.enqueue(bytes)),
          this.#port.onClose((error) => {
            stop();
            controller.error(new DOMException(error?.message ?? 'the port was closed', 'NetworkError'));
          }),
        );
      },
      cancel: () => stop(),
    });
    this.writable = new WritableStream({ write: (bytes) => this.#port.write(bytes) });
    this.#endStreams = stop;

    function stop(): void {
      for (const end of stops) end();
    }
  }

  close(): Promise<void> {
    this.#endStreams();
    this.readable = null;
    this.writable = null;
    return Promise.resolve();
  }

  /** Both lines, always: a driver that is given one guesses the other. */
  setSignals({ dataTerminalReady, requestToSend }: SerialOutputSignals): Promise<void> {
    this.#signals = { dtr: dataTerminalReady ?? this.#signals.dtr, rts: requestToSend ?? this.#signals.rts };
    return this.#port.setLines(this.#signals);
  }

  setBaudRate(baudRate: number): Promise<void> {
    return this.#port.setBaudRate(baudRate);
  }

  getInfo(): SerialPortInfo {
    return {};
  }
}
