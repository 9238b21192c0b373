import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runHeapFile } from './heap-table.ts';
import { runModuleFile } from './module-transcripts.ts';

const data = new URL('./data/', import.meta.url).pathname;
const files = readdirSync(`${data}modules`).filter((name) => name.endsWith('.json'));

describe('the virtual board against the transcripts of the firmware', () => {
  it.each(files)('prints what the firmware printed: %s', (file) => {
    const { mismatches } = runModuleFile(`${data}modules/${file}`);
    expect(mismatches).toEqual([]);
  });
});

describe('the heap against the recorded table', () => {
  it('charges every kind of object within 10 % of what it costs on the chip', () => {
    const { rows } = runHeapFile(`${data}heap.json`);
    expect(rows.length).toBeGreaterThan(40);
    expect(rows.filter(({ deviation }) => Math.abs(deviation) > 0.1)).toEqual([]);
  });
});
