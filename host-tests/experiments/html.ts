import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { sequenceSvg } from '../stress/report/sequence-svg.ts';
import { verdictInfo, type VerdictName } from '../stress/verdict/verdict.ts';
import { expectedText, measuredText } from './report.ts';
import type { ExperimentResult, PlotResult } from './run.ts';
import type { FigureResult, TrialResult } from './trial-result.ts';

/** One page without any reference to the network: every experiment with its figures, its charts and its duel. */
export function experimentsPage(results: readonly ExperimentResult[], seed: number): Promise<string> {
  const passed = results.filter((result) => result.passed).length;
  return wholePage({
    hasPassed: passed === results.length,
    badge: `${passed}/${results.length}`,
    title: 'The four texts, reproduced and cured',
    caption: `Seed ${seed}: in virtual time the same seed gives the same digits. Nothing here was run on silicon.`,
    body: results.map(section).join('\n'),
    charts: results.flatMap(chartsOf),
  });
}

/** What the page's script draws into the element with this id. */
export type Chart =
  | { id: string; kind: 'heap'; trials: { name: string; curve: TrialResult['curve'] }[] }
  | ({ id: string; kind: 'plot' } & PlotResult);

export interface PageParts {
  hasPassed: boolean;
  badge: string;
  title: string;
  caption: string;
  body: string;
  charts: readonly Chart[];
}

export async function wholePage({ hasPassed, badge, title, caption, body, charts }: PageParts): Promise<string> {
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
  const word = hasPassed ? 'PASS' : 'FAIL';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${word} last-ack experiments</title>
<style>${libraryStyle}${style}${ownStyle}</style>
<main>
<header><span class="badge ${word.toLowerCase()}">${escape(badge)}</span><div><h1>${escape(title)}</h1>
<p>${escape(caption)}</p></div></header>
${body}
</main>
<script>${library}</script>
<script>const charts = ${JSON.stringify(charts).replaceAll('<', '\\u003c')};
${script}</script>
</html>
`;
}

export const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function chartsOf({ id, chart, trials, plot }: ExperimentResult): Chart[] {
  const curves = trials.map(({ name, curve }) => ({ name, curve }));
  return [
    ...(chart === 'heap' ? [{ id: `heap-${id}`, kind: 'heap' as const, trials: curves }] : []),
    ...(plot ? [{ id: `plot-${id}`, kind: 'plot' as const, ...plot }] : []),
  ];
}

function section(result: ExperimentResult): string {
  const { id, text, title, source, passed, trials, chart, plot } = result;
  return `<section><h2><i class="dot ${passed ? 'ok' : 'wrong'}"></i>${id} ${escape(title)}</h2>
<p class="caption">${escape(text)}. Expected figures: ${escape(source)}.</p>
<div class="trials">${trials.map(trialBlock).join('')}</div>
${chart === 'heap' ? `<h3>Free heap over time</h3><div class="chart" id="heap-${id}"></div>` : ''}
${plot ? `<h3>${escape(`${plot.y} over ${plot.x}`)}</h3><div class="chart" id="plot-${id}"></div>` : ''}
${specimen(trials)}</section>`;
}

function trialBlock(trial: TrialResult): string {
  const name = trial.isCure ? `cure: ${trial.name}` : trial.name;
  const body =
    trial.failure === undefined
      ? `<table>${trial.figures.map(figureRow).join('')}</table>${strip(trial.endings)}`
      : `<p class="bad">${escape(trial.failure.slice(0, 300))}</p>`;
  const capture = trial.capture === undefined ? '' : `; capture ${trial.capture.replace(/^.*\//, '')}`;
  const how = `${trial.program}; ${(trial.elapsedMs / 1000).toFixed(0)} s, seed ${trial.seed}${capture}`;
  return `<div class="trial${trial.isCure ? ' cure' : ''}"><h3>${escape(name)}</h3><p class="caption">${escape(how)}</p>${body}<p class="caption where">${escape(trial.where)}</p></div>`;
}

function figureRow(figure: FigureResult): string {
  const { name, reference, passed } = figure;
  const source = reference === undefined ? '' : `<br><small>reference ${escape(reference)}</small>`;
  return `<tr class="${passed ? 'good' : 'bad'}"><td><b>${passed ? '✓' : '✗'}</b>&nbsp;${escape(name)}</td><td class="number">${escape(measuredText(figure))}</td><td class="expected">${escape(expectedText(figure))}${source}</td></tr>`;
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
  if (squares.length < 2) return '';
  const height = Math.ceil(shown.length / columns) * 9;
  return `<svg class="strip" viewBox="0 0 ${columns * 9} ${height}" role="img" aria-label="How each connection ended">${squares.join('')}</svg>`;
}

function specimen(trials: readonly TrialResult[]): string {
  const found = trials.find((trial) => trial.specimen !== undefined)?.specimen;
  if (!found) return '';
  return `<details><summary class="${verdictInfo[found.verdict].severity}"><i class="dot"></i><b>${found.verdict}</b> on the wire: ${escape(found.why)}</summary>${sequenceSvg(found.segments)}</details>`;
}
