import { LinePort } from '../serial/line-port.ts';
import { VirtualClock, type Clock } from '../virtual-board/clock.ts';
import { isBootable } from '../virtual-board/serial/boot-image.ts';
import { bootRomText, ResetCause } from '../virtual-board/serial/boot-rom.ts';
import { MemoryFlash } from '../virtual-board/serial/memory-flash.ts';
import { ResetCircuit } from '../virtual-board/serial/reset-circuit.ts';
import { RomLoader } from '../virtual-board/serial/rom-loader.ts';
import { Uart, type LineRate } from '../virtual-board/serial/uart.ts';

/** A board for tests of flashers: reset circuit, boot ROM and flash. */
export interface BareBoard<C extends Clock> {
  clock: C;
  flash: MemoryFlash;
  uart: Uart;
  circuit: ResetCircuit;
  port: LinePort;
  /** What the chip did, e.g. "loader", "boots", "no image". */
  events: string[];
  /** What it runs now. */
  state(): BoardState;
}

type BoardState = 'held' | 'loader' | 'firmware' | 'no image';

interface BareBoardOptions {
  rate?: LineRate;
  flash?: MemoryFlash;
}

export function bareBoard(options: BareBoardOptions = {}): BareBoard<VirtualClock> {
  return bareBoardOn(new VirtualClock(), options);
}

/** The same on any clock, for flashers that bring their own timers. */
export function bareBoardOn<C extends Clock>(
  clock: C,
  { rate = 'line', flash = new MemoryFlash() }: BareBoardOptions = {},
): BareBoard<C> {
  const events: string[] = [];
  let state: BoardState = 'firmware';
  const uart = new Uart({ clock, rate, onLines: (lines) => circuit.setLines(lines) });
  const loader = new RomLoader({ uart: uart.chip, flash, clock, onRestart: () => start(circuit.gpio0Low) });
  const circuit = new ResetCircuit({ clock, onHold: hold, onStart: start });
  const enter = (next: BoardState): void => {
    state = next;
    events.push(next);
  };

  function hold(): void {
    loader.stop();
    uart.reset();
    enter('held');
  }
  function start(gpio0Low: boolean): void {
    uart.reset();
    uart.chip.write(new TextEncoder().encode(bootRomText(ResetCause.external, gpio0Low)));
    if (gpio0Low) {
      loader.start();
      enter('loader');
    } else {
      boot();
    }
  }

  function boot(): void {
    if (!isBootable(flash)) {
      enter('no image');
      return;
    }
    uart.chip.baudRate = 115200;
    uart.chip.write(new TextEncoder().encode('\r\nNodeMCU of a bare board\r\n> '));
    enter('firmware');
  }

  return { clock, flash, uart, circuit, events, port: new LinePort(uart, 115200, clock), state: () => state };
}

/** Runs virtual time until `work` is settled; between two events everything that awaits gets its turn. */
export async function runInVirtualTime<T>(clock: VirtualClock, work: Promise<T>, limitMs = 600_000): Promise<T> {
  const deadline = clock.now() + limitMs;
  const progress = { isSettled: false };
  const settle = (): void => {
    progress.isSettled = true;
  };
  work.then(settle, settle);
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    if (progress.isSettled) return work;
    if (clock.now() > deadline) throw new Error(`not done within ${limitMs} ms of virtual time`);
    clock.step();
  }
}
