import { beforeAll, expect, it } from 'vitest';
import { type BoardFiles, compileFirmware } from './lab.ts';
import { judgeLoad } from './verdicts.ts';

/** The load of the lab report of 2016, in which the tutorials' server fought 73 duels. */
const LAB_REPORT = { request: 'HEAD / HTTP/1.0\r\n\r\n', clients: 1, total: 150, intervalMs: 200 };

let files: BoardFiles;

beforeAll(async () => {
  files = await compileFirmware();
}, 60_000);

it('serves 150 HEADs at 0.2 s on the firmware of 2016 without a duel, closed by the client each', () => {
  const judged = judgeLoad(files, 'nodemcu-2016', { ...LAB_REPORT, style: 'closes-first' });
  expect(judged).toEqual({ unanswered: 0, verdicts: { 'client-first-clean': 150 }, restarts: 0 });
});

it('keeps clients of the firmware of 2016 waiting for their EOF rather than begin a duel', () => {
  const { verdicts, restarts } = judgeLoad(files, 'nodemcu-2016', { ...LAB_REPORT, style: 'waits-for-eof', total: 30 });
  expect(restarts).toBe(0);
  expect(verdicts['device-first-clean']).toBeGreaterThan(0);
  expect(Object.keys(verdicts).filter((verdict) => !['device-first-clean', 'client-reset'].includes(verdict))).toEqual(
    [],
  );
});
