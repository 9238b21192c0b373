import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock.ts';
import { ResetCircuit } from './reset-circuit.ts';

function board() {
  const clock = new VirtualClock();
  const events: string[] = [];
  const circuit = new ResetCircuit({
    clock,
    onHold: () => events.push('hold'),
    onStart: (gpio0Low) => events.push(gpio0Low ? 'loader' : 'run'),
  });
  const lines = (dtr: boolean, rts: boolean, waitMs: number): void => {
    circuit.setLines({ dtr, rts });
    clock.runUntil(clock.now() + waitMs);
  };
  return { clock, events, circuit, lines };
}

describe('the reset circuit', () => {
  it('starts the ROM loader on the classic sequence', () => {
    const { events, lines } = board();
    lines(false, true, 100);
    lines(true, false, 50);
    lines(false, false, 100);
    expect(events).toEqual(['hold', 'loader']);
  });

  it('starts the ROM loader when an adapter changes one line at a time, since GPIO0 is sampled late', () => {
    const { events, lines } = board();
    lines(false, true, 100);
    lines(true, true, 1);
    lines(true, false, 50);
    expect(events).toEqual(['hold', 'loader']);
  });

  it('runs the firmware on a pulse of RTS alone', () => {
    const { events, lines } = board();
    lines(false, true, 100);
    lines(false, false, 10);
    expect(events).toEqual(['hold', 'run']);
  });

  it('does nothing when both lines are asserted, as terminal programs do on open', () => {
    const { events, lines } = board();
    lines(true, true, 100);
    lines(false, false, 100);
    expect(events).toEqual([]);
  });

  it('starts the ROM loader when FLASH is held while RST is pressed', () => {
    const { clock, events, circuit } = board();
    circuit.setFlashButton(true);
    circuit.setResetButton(true);
    circuit.setResetButton(false);
    clock.runUntil(5);
    expect(events).toEqual(['hold', 'loader']);
  });

  it('does not start a chip that was put back into reset before the strap was sampled', () => {
    const { clock, events, lines } = board();
    lines(false, true, 10);
    lines(false, false, 1);
    lines(false, true, 10);
    clock.runUntil(100);
    expect(events).toEqual(['hold', 'hold']);
  });
});
