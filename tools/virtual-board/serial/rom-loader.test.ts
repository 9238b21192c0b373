import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock.ts';
import { Command, StubError, xorChecksum } from './loader-protocol.ts';
import { MemoryFlash } from './memory-flash.ts';
import { RomLoader } from './rom-loader.ts';
import { SlipDecoder, slipEncode } from './slip.ts';
import { Uart } from './uart.ts';

interface Answer {
  command: number;
  value: number;
  body: Uint8Array;
}

const words = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);
const SYNC = Uint8Array.of(0x07, 0x07, 0x12, 0x20, ...new Uint8Array(32).fill(0x55));

function chip() {
  const clock = new VirtualClock();
  const flash = new MemoryFlash();
  const uart = new Uart({ clock, rate: 'line' });
  const restarts: number[] = [];
  const loader = new RomLoader({ uart: uart.chip, flash, clock, onRestart: () => restarts.push(clock.now()) });
  const packets: Uint8Array[] = [];
  const decoder = new SlipDecoder((packet) => packets.push(packet));
  uart.onData((bytes) => decoder.push(bytes));
  loader.start();

  function packetsAfter(packet: Uint8Array): Uint8Array[] {
    packets.length = 0;
    uart.write(slipEncode(packet));
    for (let quiet = 0; quiet < 5; quiet++) {
      while (uart.pending > 0 || uart.chip.txPending > 0) clock.step();
      clock.runUntil(clock.now() + 1);
    }
    return [...packets];
  }
  function ask(command: number, data: Uint8Array, checksum = 0): Answer[] {
    const header = Uint8Array.of(0, command, data.length & 0xff, data.length >> 8, ...words(checksum));
    const answers = packetsAfter(Uint8Array.of(...header, ...data)).filter(({ length }) => length >= 8);
    return answers.map((packet) => ({
      command: packet[1] ?? -1,
      value: new DataView(packet.buffer).getUint32(4, true),
      body: packet.subarray(8),
    }));
  }
  function sendBlock(command: number, block: Uint8Array, sequence = 0): Answer[] {
    const data = Uint8Array.of(...words(block.length, sequence, 0, 0), ...block);
    return ask(command, data, xorChecksum(block));
  }
  function startStub(): void {
    ask(Command.sync, SYNC);
    ask(Command.memBegin, words(4, 1, 0x1800, 0x4010e000));
    sendBlock(Command.memData, Uint8Array.of(1, 2, 3, 4));
    ask(Command.memEnd, words(0, 0x4010e000));
  }
  return { clock, flash, uart, restarts, packets, ask, sendBlock, startStub, packetsAfter };
}

const statusOf = (answers: Answer[]): number | undefined => answers[0]?.body.at(-2);

describe('the ROM loader', () => {
  it('finds the baud rate by itself and answers SYNC eight times', () => {
    const { uart, ask } = chip();
    uart.setBaudRate(230400);
    const answers = ask(Command.sync, SYNC);
    expect(answers).toHaveLength(8);
    expect(answers.every(({ value }) => value !== 0)).toBe(true);
  });

  it('does not follow the baud rate any more once it is synchronized', () => {
    const { uart, ask } = chip();
    ask(Command.sync, SYNC);
    uart.setBaudRate(9600);
    expect(ask(Command.readReg, words(0x40001000))).toEqual([]);
  });

  it('says that it is an ESP8266 with a 26 MHz crystal and tells its MAC', () => {
    const { ask } = chip();
    ask(Command.sync, SYNC);
    expect(ask(Command.readReg, words(0x40001000))[0]?.value).toBe(0xfff0c101);
    expect(ask(Command.readReg, words(0x60000014))[0]?.value).toBe(451);
    expect(ask(Command.readReg, words(0x3ff0005c))[0]?.value).toBe(0x5ccf7f);
  });

  it('rejects commands that only the stub has with another command number, eight times', () => {
    const { ask } = chip();
    ask(Command.sync, SYNC);
    const answers = ask(Command.spiFlashMd5, words(0, 16, 0, 0));
    expect(answers).toHaveLength(8);
    expect(answers[0]).toMatchObject({ command: 0, body: Uint8Array.of(1, 5) });
  });

  it('runs uploaded code, which greets as the stub', () => {
    const { packets, startStub } = chip();
    startStub();
    expect(new TextDecoder().decode(packets.at(-1))).toBe('OHAI');
  });

  it('falls silent when it is told to run code that was never uploaded', () => {
    const { ask } = chip();
    ask(Command.sync, SYNC);
    ask(Command.memEnd, words(0, 0x40200000));
    expect(ask(Command.sync, SYNC)).toEqual([]);
  });

  it('refuses a block whose checksum is wrong', () => {
    const { ask } = chip();
    ask(Command.sync, SYNC);
    ask(Command.memBegin, words(4, 1, 0x1800, 0x4010e000));
    const data = Uint8Array.of(...words(4, 0, 0, 0), 1, 2, 3, 4);
    expect(ask(Command.memData, data, 0x00)[0]?.body).toEqual(Uint8Array.of(1, 7));
  });
});

describe('the flasher stub', () => {
  const image = Uint8Array.from({ length: 10_000 }, (_, index) => (index * index) & 0xff);

  it('inflates into flash and proves it by MD5', () => {
    const { flash, ask, sendBlock, startStub } = chip();
    startStub();
    const compressed = deflateSync(image);
    flash.write(0x1000, new Uint8Array(image.length));
    ask(Command.flashDeflBegin, words(image.length, 1, 0x4000, 0x1000));
    expect(statusOf(sendBlock(Command.flashDeflData, compressed))).toBe(0);
    expect(statusOf(ask(Command.flashDeflEnd, words(1)))).toBe(0);
    expect(flash.read(0x1000, image.length)).toEqual(image);
    const md5 = ask(Command.spiFlashMd5, words(0x1000, image.length, 0, 0))[0]?.body.subarray(0, 16);
    expect(Buffer.from(md5 ?? []).toString('hex')).toBe(createHash('md5').update(image).digest('hex'));
  });

  it('tells of a broken stream one answer late, as it acknowledges before it writes', () => {
    const { ask, sendBlock, startStub } = chip();
    startStub();
    ask(Command.flashDeflBegin, words(image.length, 2, 0x4000, 0));
    expect(statusOf(sendBlock(Command.flashDeflData, Uint8Array.of(1, 2, 3, 4)))).toBe(0);
    expect(statusOf(sendBlock(Command.flashDeflData, Uint8Array.of(5)))).toBe(StubError.inflateError);
  });

  it('does not call an image written whose end never came', () => {
    const { ask, sendBlock, startStub } = chip();
    startStub();
    ask(Command.flashBegin, words(image.length, 3, 0x4000, 0));
    sendBlock(Command.flashData, image.subarray(0, 4096));
    expect(statusOf(ask(Command.flashEnd, words(1)))).toBe(StubError.notEnoughData);
  });

  it('reads flash out in packets that wait for their acknowledgements, digest last', () => {
    const { flash, packetsAfter, ask, startStub } = chip();
    startStub();
    flash.write(0, image);
    const first = ask(Command.readFlash, words(0, 8192, 4096, 1));
    expect(first).toHaveLength(2);
    const second = packetsAfter(words(4096));
    expect(second).toEqual([image.slice(4096, 8192)]);
    const digest = packetsAfter(words(8192))[0];
    expect(Buffer.from(digest ?? []).toString('hex')).toBe(
      createHash('md5').update(image.subarray(0, 8192)).digest('hex'),
    );
    expect(statusOf(ask(Command.eraseRegion, words(0, 4096)))).toBe(0);
    expect(flash.read(0, 1)).toEqual(Uint8Array.of(0xff));
  });

  it('stops reading when the host breaks off, and takes commands again', () => {
    const { packetsAfter, ask, startStub } = chip();
    startStub();
    ask(Command.readFlash, words(0, 8192, 4096, 1));
    expect(packetsAfter(Uint8Array.of(1))).toEqual([]);
    expect(ask(Command.readReg, words(0x40001000))[0]?.value).toBe(0xfff0c101);
  });

  it('gives the flash id only through the read length that was set', () => {
    const { flash, ask, startStub } = chip();
    startStub();
    const spi = (offset: number, value: number): Answer[] =>
      ask(Command.writeReg, words(0x60000200 + offset, value, 0xffffffff, 0));
    const readId = (): number | undefined => {
      spi(0x1c, (0x80000000 | (1 << 28)) >>> 0);
      spi(0x24, (0x70000000 | 0x9f) >>> 0);
      spi(0x40, 0);
      spi(0, 1 << 18);
      return ask(Command.readReg, words(0x60000240))[0]?.value;
    };
    expect(readId()).not.toBe(flash.jedecId);
    spi(0x20, 23 << 8);
    expect(readId()).toBe(flash.jedecId);
  });

  it('changes the baud rate after its answer and restarts after its last one', () => {
    const { uart, restarts, ask, startStub } = chip();
    startStub();
    expect(statusOf(ask(Command.changeBaudRate, words(921600, 115200)))).toBe(0);
    uart.setBaudRate(921600);
    ask(Command.flashBegin, words(0, 0, 0x4000, 0));
    expect(statusOf(ask(Command.flashEnd, words(0)))).toBe(0);
    expect(restarts).toHaveLength(1);
  });
});
