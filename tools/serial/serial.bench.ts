import type { Bench } from '../bench/bench.ts';
import { measureFlash } from '../flash/measure.ts';

export const bench: Bench = {
  summary: 'the serial line of a virtual board at its real rates: how much of it a flash uses',
  run: measureFlash,
};
