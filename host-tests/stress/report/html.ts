import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { verdictInfo, verdictNames } from '../verdict/verdict.ts';
import { scheduleLine } from './schedule-line.ts';
import { formatBytes, formatCount, formatLeak, formatMs, formatPercent, thresholdState } from './format.ts';
import { sequenceSvg } from './sequence-svg.ts';
import type { Counts, Specimen, StepReport, StressReport } from './stress-report.ts';

/** One page without any reference to the network: charts (uPlot), styles and data are inside. */
export async function htmlReport(report: StressReport): Promise<string> {
  const uplot = createRequire(import.meta.url)
    .resolve('uplot')
    .replace(/uPlot\.[a-z]+\.js$/, '');
  const [library, libraryStyle, style, script] = await Promise.all([
    readFile(`${uplot}uPlot.iife.min.js`, 'utf8'),
    readFile(`${uplot}uPlot.min.css`, 'utf8'),
    readFile(new URL('./page/page.css', import.meta.url), 'utf8'),
    readFile(new URL('./page/charts.js', import.meta.url), 'utf8'),
  ]);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(`${wordOf(report)} ${report.target.host} - last-ack stress`)}</title>
<style>${libraryStyle}${style}</style>
<main>
${header(report)}
${report.invalid.map((reason) => `<p class="invalid">Not valid: ${escape(reason)}.</p>`).join('')}
<section class="cards">${cards(report)}</section>
${thresholdSection(report)}
${verdictSection(report)}
<section><h2>Verdicts over time</h2><div class="chart" id="timeline"></div><p class="caption">Connections per second by how they ended, at the moment they began. Shaded: the steps of the ladder.</p></section>
${ladderSection(report)}
<section><h2>Latency of the response</h2><div class="chart" id="latency"></div><p class="caption">From the start of connect to the whole response, per step, as a share of that step's responses. Logarithmic.</p></section>
${boardSection(report)}
${specimenSection(report.specimens)}
${evidenceSection(report)}
</main>
<script>${library}</script>
<script>const report = ${jsonForScript(chartData(report))};
${script}</script>
</html>
`;
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** JSON inside a script element must not contain the start of a closing tag. */
const jsonForScript = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

/** What the charts draw; the whole report is in the JSON file. */
function chartData(report: StressReport): object {
  return {
    steps: report.steps.map(({ name, startedAt, endedAt, response }) => ({
      name,
      startedAt,
      endedAt,
      buckets: response.buckets,
      count: response.count,
    })),
    timeline: report.timeline,
    severities: Object.fromEntries(verdictNames.map((name) => [name, verdictInfo[name].severity])),
    samples: report.board.samples,
    hasPcbs: report.board.samples.some(({ openPcbs }) => openPcbs !== undefined),
  };
}

function wordOf(report: StressReport): 'PASS' | 'FAIL' | 'INVALID' | 'PARTIAL' {
  if (report.invalid.length > 0) return 'INVALID';
  if (report.partial) return 'PARTIAL';
  return report.passed ? 'PASS' : 'FAIL';
}

function header(report: StressReport): string {
  const { target } = report;
  const word = wordOf(report);
  return `<header><span class="badge ${word.toLowerCase()}">${word}</span><div><h1>${escape(`${target.method} http://${target.host}:${target.port}${target.path}`)}</h1>
<p>${escape(report.startedAt.replace('T', ' ').replace(/\..*/, ' UTC'))}, ${formatMs(report.durationMs)}, one new TCP connection per request</p></div></header>`;
}

function cards({ totals, steps, board }: StressReport): string {
  const good = verdictNames.filter((name) => verdictInfo[name].severity === 'good');
  const clean = good.reduce((sum, name) => sum + (totals.verdicts[name] ?? 0), 0);
  const judged = Object.values(totals.verdicts).reduce((sum, number) => sum + number, 0);
  const slowest = Math.max(0, ...steps.map(({ response }) => response.p99));
  return [
    card(formatCount(totals.connections), 'connections'),
    card(formatPercent(totals.outcomes.answered ?? 0, totals.connections), 'answered'),
    card(formatPercent(clean, judged), 'ended cleanly'),
    card(formatMs(slowest), 'p99 of the slowest step'),
    board.heapLost === undefined ? '' : card(formatBytes(board.heapLost), 'heap lost'),
    board.minHeap === undefined ? '' : card(formatBytes(board.minHeap), 'lowest heap'),
  ].join('');
}

const card = (value: string, name: string): string => `<div class="card"><b>${value}</b><span>${name}</span></div>`;

function thresholdSection(report: StressReport): string {
  const rows = report.thresholds.map((threshold) => {
    const { text, actual, note } = threshold;
    const state = thresholdState(threshold);
    const mark = { unknown: '?', good: '✓', bad: '✗' }[state];
    const value = actual === undefined ? '' : String(Math.round(actual * 1000) / 1000);
    return `<li class="${state}"><b>${mark}</b> <code>${escape(text)}</code> <span>${value}${note ? ` <i>${escape(note)}</i>` : ''}</span></li>`;
  });
  return `<section><h2>Thresholds</h2><ul class="thresholds">${rows.join('')}</ul></section>`;
}

function verdictSection({ totals }: StressReport): string {
  const total = Object.values(totals.verdicts).reduce((sum, number) => sum + number, 0);
  const rows = verdictNames
    .filter((name) => totals.verdicts[name])
    .map((name) => {
      const number = totals.verdicts[name] ?? 0;
      const { severity, meaning } = verdictInfo[name];
      return `<tr class="${severity}"><td><i class="dot"></i>${name}</td><td class="number">${formatCount(number)}</td><td class="bar"><i style="width:${((100 * number) / total).toFixed(2)}%"></i></td><td class="number">${formatPercent(number, total)}</td><td>${escape(meaning)}</td></tr>`;
    });
  return `<section><h2>How every connection ended</h2><table class="verdicts">${rows.join('')}</table>
<p class="caption">What the application saw: ${countsLine(totals.outcomes)}. How its sockets ended: ${countsLine(totals.endings)}.</p></section>`;
}

const countsLine = (counts: Counts<string>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => (b ?? 0) - (a ?? 0))
    .map(([name, number]) => `${name} ${formatCount(number ?? 0)}`)
    .join(', ');

function ladderSection({ steps }: StressReport): string {
  const head = ['step', 'style', 'connections', 'per second', 'connect p50', 'p50', 'p90', 'p99', 'p99.9', 'max'];
  return `<section><h2>The ladder</h2><div class="scroll"><table><thead><tr>${head.map((title) => `<th>${title}</th>`).join('')}</tr></thead><tbody>${steps.map(ladderRow).join('')}</tbody></table></div><p class="caption">Times are from the actual start of connect to the whole response. An open loop keeps its schedule whatever the board does: from the intended start is what a user who came on time had to wait.</p></section>`;
}

function ladderRow(step: StepReport): string {
  const { connect, response } = step;
  const numbers = [
    formatCount(step.connections),
    step.perSecond.toFixed(step.perSecond < 100 ? 1 : 0),
    formatMs(connect.p50),
    ...[response.p50, response.p90, response.p99, response.p999, response.max].map(formatMs),
  ];
  const unclean = verdictNames
    .filter((name) => verdictInfo[name].severity !== 'good' && step.verdicts[name])
    .map(
      (name) => `<span class="${verdictInfo[name].severity}">${name} ${formatCount(step.verdicts[name] ?? 0)}</span>`,
    );
  const schedule = scheduleLine(step);
  const below = [...(schedule === '' ? [] : [`<span class="schedule">${schedule}</span>`]), ...unclean];
  const row = `<tr><td>${escape(step.name)}</td><td>${step.style}</td>${numbers.map((number) => `<td class="number">${number}</td>`).join('')}</tr>`;
  return below.length === 0 ? row : `${row}<tr class="below"><td></td><td colspan="9">${below.join(' ')}</td></tr>`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function boardSection({ board }: StressReport): string {
  if (!board.observed)
    return '<section><h2>The board</h2><p>It tells nothing of itself: heap and control blocks were not observed.</p></section>';
  const { before, after } = board;
  const sentence = [
    before?.heap !== undefined && after?.heap !== undefined
      ? `Free heap ${formatBytes(before.heap)} before, ${formatBytes(after.heap)} after ${formatMs(board.coolDownMs ?? 0)} of cool-down.`
      : '',
    after?.openPcbs !== undefined
      ? `Control blocks left: ${after.openPcbs} open, ${after.timeWait ?? 0} in TIME_WAIT.`
      : '',
    board.grownOnce !== undefined
      ? `${formatBytes(board.grownOnce)} were missing after the load, but a second load took no more: growth, not a leak.`
      : '',
    board.leak ? `${capital(formatLeak(board.leak))}, from ${board.leak.samples} samples.` : '',
    board.restarts !== undefined ? `Restarts: ${board.restarts}.` : '',
  ].join(' ');
  return `<section><h2>The board</h2><p>${sentence}</p><div class="chart" id="heap"></div><div class="chart" id="pcbs"></div></section>`;
}

function specimenSection(specimens: readonly Specimen[]): string {
  const drawn = specimens.filter(({ segments }) => segments.length > 0);
  if (drawn.length === 0) return '';
  const details = drawn.map((specimen, index) => {
    const { severity } = verdictInfo[specimen.verdict];
    const why = specimen.why === '' ? '' : `: ${escape(specimen.why)}`;
    return `<details${index === 0 ? ' open' : ''}><summary class="${severity}"><i class="dot"></i><b>${specimen.verdict}</b>${why} <span>(step ${escape(specimen.step)}, client port ${specimen.localPort}, at ${formatMs(specimen.startedAt)})</span></summary>${sequenceSvg(specimen.segments)}</details>`;
  });
  return `<section><h2>On the wire</h2><p class="caption">One connection per verdict, the worst first. Sequence numbers count from each side's SYN; a dashed arrow is a retransmission.</p>${details.join('')}</section>`;
}

function evidenceSection({ evidence, harness }: StressReport): string {
  const frames =
    evidence.kind === 'capture'
      ? `, ${formatCount(evidence.frames)} frames, ${evidence.drops} lost by the capture`
      : '';
  const kernel = Object.entries(evidence.kernel).filter(([, value]) => value !== 0);
  return `<section><h2>Evidence</h2><p>Source: ${escape(evidence.source)}${frames}.${evidence.unseen > 0 ? ` ${evidence.unseen} connections left no frame and were judged by their sockets.` : ''}</p>
${evidence.cannotSee.length > 0 ? `<p>It cannot see:</p><ul>${evidence.cannotSee.map((what) => `<li>${escape(what)}</li>`).join('')}</ul>` : ''}
${evidence.files.length > 0 ? `<p>Captures kept, for Wireshark: ${evidence.files.map(({ path }) => `<code>${escape(path)}</code>`).join(', ')}.</p>` : ''}
${kernel.length > 0 ? `<p class="caption">Kernel counters of this network namespace: ${kernel.map(([name, value]) => `${name} ${formatCount(value)}`).join(', ')}.</p>` : ''}
<p class="${harness.bottleneck ? 'warn' : ''}">Was the harness the bottleneck? ${harness.bottleneck ? `Yes: ${escape(harness.why)}` : `No: ${escape(harness.why)}`}.</p></section>`;
}
