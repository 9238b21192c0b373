import { expect, test } from 'vitest';
import { bootRomText, ResetCause } from '../virtual-board/serial/boot-rom.ts';
import { VirtualClock } from '../virtual-board/clock.ts';
import { resample } from '../virtual-board/serial/resample.ts';
import { BOOT_ROM_BAUD, Uart } from '../virtual-board/serial/uart.ts';
import { RomListener } from './rom-line.ts';

const words = {
  [ResetCause.powerOn]: 'reset: power on',
  [ResetCause.external]: 'reset: reset pin, or restart by software',
  [ResetCause.software]: 'reset: software reset',
  [ResetCause.watchdog]: 'reset: hardware watchdog',
};

test.each([115200, 74880, 57600].flatMap((rate) => Object.values(ResetCause).map((cause) => ({ rate, cause }))))(
  'cause $cause is heard at $rate baud, as often as it comes, whatever pieces the bytes come in',
  ({ rate, cause }) => {
    const listener = new RomListener();
    const noise = resample(Buffer.from(bootRomText(cause, false)), 74880, rate);
    for (let boot = 0; boot < 2; boot++) {
      const heard = [...noise].map((byte) => listener.receive(Uint8Array.of(byte), rate));
      expect(heard.filter((one) => one !== undefined)).toEqual([words[cause]]);
    }
  },
);

test('the cause is heard on a line that carries the text at its real rate, a few bytes at a time', () => {
  const clock = new VirtualClock();
  const uart = new Uart({ clock, rate: 'line' });
  const listener = new RomListener();
  const heard: (string | undefined)[] = [];
  uart.onData((bytes) => heard.push(listener.receive(bytes, 115200)));
  uart.chip.baudRate = BOOT_ROM_BAUD;
  uart.chip.write(Buffer.from(bootRomText(ResetCause.watchdog, false)));
  clock.runUntil(100);
  expect(heard.length).toBeGreaterThan(3);
  expect(heard.filter((one) => one !== undefined)).toEqual(['reset: hardware watchdog']);
});

test('at a rate where causes sound the same none is named', () => {
  const noise = resample(Buffer.from(bootRomText(ResetCause.external, false)), 74880, 9600);
  expect(new RomListener().receive(noise, 9600)).toBeUndefined();
});

test('a log is no reset', () => {
  const listener = new RomListener();
  expect(listener.receive(Buffer.from('http: listening on 192.168.100.99:80\r\n'.repeat(20)), 115200)).toBeUndefined();
});
