import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { sequenceSvg } from '../stress/report/sequence-svg.ts';
import { verdictInfo, type VerdictName } from '../stress/verdict/verdict.ts';
import { rangeText } from './report.ts';
import type { ExperimentResult, FigureResult, TrialResult } from './run.ts';

/** One page without any reference to the network: every experiment with its figures, its chart and its duel. */
export async function experimentsPage(results: readonly ExperimentResult[], seed: number): Promise<string> {
  const uplot = createRequire(import.meta.url)
    .resolve('uplot')
    .replace(/uPlot\.[a-z]+\.js$/, '');
  const [library, libraryStyle, style, ownStyle, script] = await Promise.all([
    readFile(`${uplot}uPlot.iife.min.js`, 'utf8'),
    readFile(`${uplot}uPlot.min.css`, 'utf8'),
    readFile(new URL('../stress/report/page/page.css', import.meta.url), 'utf8'),
    readFile(new URL('./page/experiments.css', import.meta.url), 'utf8'),
    readFile(new URL('./page/experiments.js', import.meta.url), 'utf8'),
  ]);
  const passed = results.filter((result) => result.passed).length;
  const word = passed === results.length ? 'PASS' : 'FAIL';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${word} last-ack experiments</title>
<style>${libraryStyle}${style}${ownStyle}</style>
<main>
<header><span class="badge ${word.toLowerCase()}">${passed}/${results.length}</span><div><h1>The four texts, reproduced and cured</h1>
<p>In virtual time, seed ${seed}: the same seed gives the same digits. Nothing here was run on silicon.</p></div></header>
${results.map(section).join('\n')}
</main>
<script>${library}</script>
<script>const experiments = ${JSON.stringify(results.map(chartData)).replaceAll('<', '\\u003c')};
${script}</script>
</html>
`;
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const chartData = ({ id, chart, trials }: ExperimentResult): object => ({
  id,
  chart,
  trials: trials.map(({ name, curve }) => ({ name, curve })),
});

function section(result: ExperimentResult): string {
  const { id, text, title, source, passed, trials, chart } = result;
  return `<section><h2><i class="dot ${passed ? 'ok' : 'wrong'}"></i>${id} ${escape(title)}</h2>
<p class="caption">${escape(text)}. Expected figures: ${escape(source)}.</p>
<div class="trials">${trials.map(trialBlock).join('')}</div>
${chart === 'heap' ? `<div class="chart" id="chart-${id}"></div>` : ''}
${specimen(trials)}</section>`;
}

function trialBlock(trial: TrialResult): string {
  const name = trial.isCure ? `cure: ${trial.name}` : trial.name;
  const body =
    trial.failure === undefined
      ? `<table>${trial.figures.map(figureRow).join('')}</table>${strip(trial.endings)}`
      : `<p class="bad">${escape(trial.failure.slice(0, 300))}</p>`;
  return `<div class="trial${trial.isCure ? ' cure' : ''}"><h3>${escape(name)}</h3><p class="caption">${escape(trial.profile)}, ${escape(trial.program)}, ${(trial.virtualMs / 1000).toFixed(0)} s of virtual time</p>${body}</div>`;
}

function figureRow({ name, measured, low, high, unit = '', passed }: FigureResult): string {
  const value = `${Math.round(measured * 100) / 100} ${unit}`.trim();
  return `<tr class="${passed ? 'good' : 'bad'}"><td><b>${passed ? '✓' : '✗'}</b> ${escape(name)}</td><td class="number">${value}</td><td class="expected">${escape(`${rangeText(low, high)} ${unit}`.trim())}</td></tr>`;
}

/** A square per connection, in order: the rhythm of the duels is seen at once. */
function strip(endings: readonly string[]): string {
  const columns = 50;
  const shown = endings.slice(0, 400);
  const squares = shown.map((verdict, index) => {
    const x = (index % columns) * 9;
    const y = Math.floor(index / columns) * 9;
    const { severity } = verdictInfo[verdict as VerdictName];
    return `<rect class="${severity}" x="${x}" y="${y}" width="8" height="8"><title>${index + 1}: ${verdict}</title></rect>`;
  });
  if (squares.length === 0) return '';
  const height = Math.ceil(shown.length / columns) * 9;
  return `<svg class="strip" viewBox="0 0 ${columns * 9} ${height}" role="img" aria-label="How each connection ended">${squares.join('')}</svg>`;
}

function specimen(trials: readonly TrialResult[]): string {
  const found = trials.find((trial) => trial.specimen !== undefined)?.specimen;
  if (!found) return '';
  return `<details><summary class="${verdictInfo[found.verdict].severity}"><i class="dot"></i><b>${found.verdict}</b> on the wire: ${escape(found.why)}</summary>${sequenceSvg(found.segments)}</details>`;
}
