import type { Bench } from '../bench/bench.ts';
import { measureDev } from '../dev/measure.ts';
import { measureFlash } from '../flash/measure.ts';
import { measureUpload } from '../upload/measure.ts';

export const bench: Bench = {
  summary: 'the serial line of a virtual board at its real rates: flash, upload, and the loop of a developer',
  run: async (report, effort) => {
    await measureUpload(report);
    await measureDev(report);
    await measureFlash(report, effort === 'smoke' ? [921600] : [115200, 460800, 921600]);
  },
};
