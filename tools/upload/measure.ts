import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from '../bench/bench.ts';
import { connectRepl } from '../serial/connect.ts';
import { openPort } from '../serial/open-port.ts';
import type { Port } from '../serial/port.ts';
import { RealClock } from '../virtual-board/clock.ts';
import { seededRandom } from '../virtual-board/random.ts';
import { startVirtualBoard } from '../virtual-board/session.ts';
import { Courier, type CourierOptions } from './courier.ts';
import { DeviceFiles } from './device-files.ts';

type Report = Parameters<Bench['run']>[0];

const size = 32 * 1024;
const clock = new RealClock();

/** Uploads to a virtual board in another process, at the line's rate and on wall-clock time. */
export async function measureUpload(report: Report): Promise<void> {
  const empty = mkdtempSync(join(tmpdir(), 'last-ack-bench-'));
  const board = await startVirtualBoard({ net: 'gateway', serial: 'line', files: empty });
  const port = await openPort(board.serialPath);
  try {
    const nodemcuTool = await rateOf(port, { transfer: 'nodemcu-tool' }, false);
    const peer = { name: 'nodemcu-tool, which does not verify', value: nodemcuTool };
    for (const [baudRate, atLeast] of [
      [115200, 1.4],
      [921600, 4],
    ] as const)
      report({
        subject: `upload of ${size / 1024} KiB in raw blocks at ${baudRate} baud, verified`,
        value: await rateOf(port, { fastBaud: baudRate }, true),
        unit: 'bytes/s',
        peer,
        bar: { atLeast },
      });
  } finally {
    await port.close();
    await board.close();
    rmSync(empty, { recursive: true });
  }
}

/** Bytes per second of one file, its verification by the board included where `isVerified`. */
async function rateOf(port: Port, options: CourierOptions, isVerified: boolean): Promise<number> {
  const random = seededRandom(1);
  const bytes = Uint8Array.from({ length: size }, () => random() * 256);
  const repl = await connectRepl(port, { clock });
  const courier = await Courier.start(repl, clock, options);
  try {
    const start = clock.now();
    await courier.send('~1', bytes, () => undefined);
    const device = new DeviceFiles(repl);
    if (isVerified) await device.digest('~1');
    const milliseconds = clock.now() - start;
    if ((await device.list()).get('~1') !== size) throw new Error(`${courier.method} lost bytes`);
    return (size / milliseconds) * 1000;
  } finally {
    await courier.leave();
    repl.detach();
  }
}
