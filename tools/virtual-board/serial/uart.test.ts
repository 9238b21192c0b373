import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock.ts';
import { BOOT_ROM_BAUD, Uart } from './uart.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function lineAt(baudRate: number, rate: 'line' | 'instant' = 'line') {
  const clock = new VirtualClock();
  const uart = new Uart({ clock, rate });
  uart.setBaudRate(baudRate);
  uart.chip.baudRate = baudRate;
  const heard: { at: number; text: string }[] = [];
  uart.onData((lot) => heard.push({ at: clock.now(), text: String.fromCharCode(...lot) }));
  return { clock, uart, heard };
}

const textOf = (heard: { text: string }[]): string => heard.map(({ text }) => text).join('');

describe('the serial line', () => {
  it('carries bytes at the baud rate: 1152 bytes take 100 ms at 115200', () => {
    const { clock, uart, heard } = lineAt(115200);
    uart.chip.write(new Uint8Array(1152).fill(0x41));
    clock.runUntil(99.9);
    expect(textOf(heard).length).toBeLessThan(1152);
    clock.runUntil(100.01);
    expect(textOf(heard).length).toBe(1152);
    expect(heard.at(-1)?.at).toBeCloseTo(100, 1);
  });

  it('carries a lone byte in one byte time, and starts a new byte time after a pause', () => {
    const { clock, uart, heard } = lineAt(9600);
    uart.chip.write(bytes('a'));
    clock.runUntil(500);
    uart.chip.write(bytes('b'));
    clock.runUntil(600);
    expect(heard.map(({ text }) => text)).toEqual(['a', 'b']);
    expect(heard[0]?.at).toBeCloseTo(1.04, 1);
    expect(heard[1]?.at).toBeCloseTo(501.04, 1);
  });

  it('does not wait for baud times when it is instant, yet never calls back from inside write', () => {
    const { clock, uart, heard } = lineAt(300, 'instant');
    uart.chip.write(bytes('all at once'));
    expect(heard).toEqual([]);
    clock.runUntil(0);
    expect(textOf(heard)).toBe('all at once');
  });

  it('tells the host what it has not carried yet', () => {
    const { clock, uart } = lineAt(115200);
    uart.write(new Uint8Array(1152));
    expect(uart.pending).toBe(1152);
    clock.runUntil(50);
    expect(uart.pending).toBeCloseTo(576, -1);
    clock.runUntil(100.01);
    expect(uart.pending).toBe(0);
  });

  it('gives garbage in both directions when the rates differ', () => {
    const { clock, uart, heard } = lineAt(115200);
    const atChip: number[] = [];
    uart.chip.onReceive((lot) => atChip.push(...lot));
    uart.chip.baudRate = BOOT_ROM_BAUD;
    uart.chip.write(bytes('ets Jan  8 2013'));
    uart.write(bytes('print(1)'));
    clock.runUntil(100.01);
    expect(textOf(heard)).not.toContain('ets');
    expect(heard.length).toBeGreaterThan(0);
    expect(String.fromCharCode(...atChip)).not.toContain('print');
    expect(atChip.length).toBeGreaterThan(0);
  });

  it('lets bytes that are already queued leave at the rate they were written at', () => {
    const { clock, uart, heard } = lineAt(115200);
    uart.chip.write(bytes('changed'));
    uart.chip.baudRate = 921600;
    clock.runUntil(10);
    expect(textOf(heard)).toBe('changed');
  });

  it('follows the host with autobaud', () => {
    const { clock, uart } = lineAt(460800);
    const atChip: number[] = [];
    uart.reset();
    uart.chip.autoBaud = true;
    uart.chip.onReceive((lot) => atChip.push(...lot));
    uart.write(bytes('UUUU'));
    clock.runUntil(10);
    expect(String.fromCharCode(...atChip)).toBe('UUUU');
    expect(uart.chip.baudRate).toBe(460800);
  });

  it('keeps 128 bytes for a chip that does not listen and loses the rest', () => {
    const { clock, uart } = lineAt(115200);
    uart.write(new Uint8Array(200).map((_, index) => index));
    clock.runUntil(100.01);
    expect(uart.chip.rxBuffered).toBe(128);
    const late: number[] = [];
    uart.chip.onReceive((lot) => late.push(...lot));
    expect(late).toEqual(Array.from({ length: 128 }, (_, index) => index));
    expect(uart.chip.rxBuffered).toBe(0);
  });

  it('forgets what the chip was sending when the chip is reset', () => {
    const { clock, uart, heard } = lineAt(115200);
    uart.chip.write(new Uint8Array(1152).fill(0x41));
    clock.runUntil(50);
    uart.reset();
    clock.runUntil(200);
    expect(textOf(heard).length).toBeLessThan(600);
    expect(uart.chip.baudRate).toBe(BOOT_ROM_BAUD);
  });
});
