import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { numberedSteps } from './steps.ts';

it('says what is being done before it is done, and how it ended', async () => {
  const lines: string[] = [];
  const steps = numberedSteps(2, (line) => lines.push(stripVTControlCharacters(line)));
  const value = await steps.step('build', () => Promise.resolve({ value: 7, note: '3 files' }));
  await expect(steps.step('flash', () => Promise.reject(new Error('no board')))).rejects.toThrow('no board');
  expect(value).toBe(7);
  expect(lines[0]).toBe('[1/2] build ...');
  expect(lines[1]).toMatch(/^\[1\/2\] build: 3 files \(\d+\.\d s\)$/);
  expect(lines[2]).toBe('[2/2] flash ...');
  expect(lines).toHaveLength(3);
});
