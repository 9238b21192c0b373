import { describe, expect, it } from 'vitest';
import { namespaceMissing, runInNamespace } from './testing.ts';

const missing = await namespaceMissing();

describe.skipIf(missing)(`a link to the kernel${missing ? ` (skipped: ${missing})` : ''}`, () => {
  it.each(['tap', 'packet'])(
    'by %s carries frames of every size and long bursts both ways and lets the process end',
    async (kind) => {
      const result = await runInNamespace(new URL('./fixtures/frame-echo.ts', import.meta.url), [kind]);
      expect(result).toMatchObject({ exitCode: 0, stderr: '' });
      const report = JSON.parse(result.stdout) as { echoed: number[]; interfaces: { cidr: string }[]; dropped: number };
      expect(report.echoed.sort((a, b) => a - b)).toEqual([0, 1, ...Array<number>(150).fill(64), 700, 1472]);
      expect(report.interfaces).toMatchObject([{ cidr: '192.168.100.1/24' }]);
      expect(report.dropped).toBe(0);
    },
  );
});
