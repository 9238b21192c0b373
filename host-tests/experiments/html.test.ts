import { expect, test } from 'vitest';
import { choose } from './choose.ts';
import { allExperiments } from './experiments.ts';
import { experimentsPage } from './html.ts';
import { runExperiments } from './run.ts';

test('the page is whole without a network: a plot with every point, figures beside their ranges, where each was measured', async () => {
  const chosen = choose(allExperiments(), ['3.2']);
  const results = await runExperiments(chosen, { seed: 1, workers: 0 });
  const [result] = results;
  expect(result?.plot?.series.map(({ points }) => points.length)).toEqual([8, 8, 8]);
  expect(result?.plot?.series.flatMap(({ points }) => points.filter(([, value]) => value === null))).toEqual([]);

  const page = await experimentsPage(results, 1);
  expect(page).toContain('id="plot-3.2"');
  expect(page).toContain('698.25 to 771.75 kB/s');
  expect(page).toContain('reference 735 kB/s');
  expect(page).toContain('Reno by RFC 5681 and RFC 6298');
  expect(page).toContain('<title>PASS last-ack experiments</title>');
  expect(page).not.toMatch(/(src|href)="https?:/);
});

test('what failed is on the page, and markup in it is text', async () => {
  const [result] = await runExperiments(choose(allExperiments(), ['3.2']), { seed: 1, plots: false, workers: 0 });
  if (!result) throw new Error('3.2 is gone');
  const trials = result.trials.map((trial) => ({ ...trial, failure: 'no <b>line</b>' }));
  const page = await experimentsPage([{ ...result, trials, passed: false }], 1);
  expect(page).toContain('no &lt;b&gt;line&lt;/b&gt;');
  expect(page).toContain('<title>FAIL last-ack experiments</title>');
});
