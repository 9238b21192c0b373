import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../virtual-board/clock.ts';
import type { ModemLines } from '../virtual-board/serial/line.ts';
import { Uart } from '../virtual-board/serial/uart.ts';
import { LinePort } from './line-port.ts';
import { webSerialPort } from './web-serial.ts';

function board() {
  const clock = new VirtualClock();
  const lines: ModemLines[] = [];
  const uart = new Uart({ clock, rate: 'instant', onLines: (state) => lines.push(state) });
  uart.chip.baudRate = 115200;
  const port = new LinePort(uart, 9600, clock);
  return { clock, lines, uart, port, serial: webSerialPort(port) };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('an open port as Web Serial', () => {
  it('reads and writes at the rate it was opened with', async () => {
    const { clock, uart, port, serial } = board();
    await serial.open({ baudRate: 115200 });
    expect(port.baudRate).toBe(115200);
    uart.chip.write(bytes('hello'));
    clock.runUntil(1);
    const reader = serial.readable?.getReader();
    expect(await reader?.read()).toEqual({ done: false, value: bytes('hello') });
    uart.chip.onReceive((received) => uart.chip.write(received));
    const written = serial.writable?.getWriter().write(bytes('echo'));
    clock.runUntil(2);
    await written;
    clock.runUntil(3);
    expect(await reader?.read()).toEqual({ done: false, value: bytes('echo') });
  });

  it('has new streams after every open, since a cancelled one never gives bytes again', async () => {
    const { clock, uart, serial } = board();
    await serial.open({ baudRate: 115200 });
    await serial.readable?.cancel();
    await serial.close();
    expect(serial.readable).toBeNull();
    await serial.open({ baudRate: 115200 });
    uart.chip.write(bytes('again'));
    clock.runUntil(1);
    expect((await serial.readable?.getReader().read())?.value).toEqual(bytes('again'));
  });

  it('sets both modem lines whenever one is set', async () => {
    const { lines, serial } = board();
    await serial.setSignals({ requestToSend: true });
    await serial.setSignals({ dataTerminalReady: true });
    await serial.setSignals({ requestToSend: false });
    expect(lines).toEqual([
      { dtr: false, rts: true },
      { dtr: true, rts: true },
      { dtr: true, rts: false },
    ]);
  });

  it('changes the rate in place', async () => {
    const { port, serial } = board();
    await serial.open({ baudRate: 115200 });
    const { readable } = serial;
    await serial.setBaudRate?.(921600);
    expect(port.baudRate).toBe(921600);
    expect(serial.readable).toBe(readable);
  });

  it('fails the reader when the cable is pulled', async () => {
    const { port, serial } = board();
    await serial.open({ baudRate: 115200 });
    const read = serial.readable?.getReader().read();
    port.unplug();
    await expect(read).rejects.toMatchObject({ name: 'NetworkError' });
  });
});
