/** GPIO numbers of the board's pins D0 to D12 (firmware: app/platform/pin_map.c). */
export const GPIO_OF_PIN = [16, 5, 4, 0, 2, 14, 12, 13, 15, 3, 1, 9, 10] as const;

export type Level = 0 | 1;
export type PinMode = 'input' | 'output' | 'openDrain';

interface Pin {
  mode: PinMode;
  pullUp: boolean;
  /** What the output latch drives. */
  latch: Level;
  /** What the world outside drives, if anything. */
  outside: Level | undefined;
}

/** The chip's general purpose pins: latches inside, levels from outside, and who wants to know. */
export class Pins {
  /** Called when the level of an output changes. */
  onOutput: (gpio: number, level: Level) => void = () => undefined;
  /** Called when the level that an input sees changes. */
  onInput: (gpio: number, level: Level) => void = () => undefined;
  readonly #pins = new Map<number, Pin>();

  constructor() {
    for (const gpio of GPIO_OF_PIN)
      this.#pins.set(gpio, { mode: 'input', pullUp: false, latch: 0, outside: undefined });
  }

  /** All pins become inputs again; what drives them from outside stays. */
  reset(): void {
    for (const pin of this.#pins.values()) {
      pin.mode = 'input';
      pin.pullUp = false;
      pin.latch = 0;
    }
  }

  setMode(gpio: number, mode: PinMode, pullUp: boolean): void {
    const pin = this.#pin(gpio);
    const wasOutput = pin.mode === 'output';
    pin.mode = mode;
    pin.pullUp = pullUp;
    if (mode === 'output' && !wasOutput) this.onOutput(gpio, pin.latch);
  }

  mode(gpio: number): PinMode {
    return this.#pin(gpio).mode;
  }

  write(gpio: number, level: Level): void {
    const pin = this.#pin(gpio);
    if (pin.latch === level) return;
    pin.latch = level;
    if (pin.mode === 'output') this.onOutput(gpio, level);
  }

  /** The level on the wire. */
  read(gpio: number): Level {
    const pin = this.#pin(gpio);
    if (pin.mode === 'output') return pin.latch;
    if (pin.mode === 'openDrain' && pin.latch === 0) return 0;
    return pin.outside ?? (pin.pullUp ? 1 : 0);
  }

  /** Drives a pin from outside, like a button or a sensor. */
  drive(gpio: number, level: Level): void {
    const before = this.read(gpio);
    this.#pin(gpio).outside = level;
    if (this.read(gpio) !== before) this.onInput(gpio, level);
  }

  /** Levels of all outputs by GPIO number. */
  outputs(): Record<string, Level> {
    const levels: Record<string, Level> = {};
    for (const [gpio, pin] of this.#pins) if (pin.mode === 'output') levels[gpio] = pin.latch;
    return levels;
  }

  #pin(gpio: number): Pin {
    const pin = this.#pins.get(gpio);
    if (!pin) throw new RangeError(`GPIO${gpio} is not led out on this board`);
    return pin;
  }
}
