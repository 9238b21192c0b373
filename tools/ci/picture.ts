// The README's picture of a report: npx tsx tools/ci/picture.ts dist/report/stress.html host-tests/stress/report/example.png
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { findBrowser } from '../doctor/programs.ts';

const [page = '', picture = ''] = process.argv.slice(2);
const executablePath = findBrowser();
if (page === '' || picture === '' || executablePath === undefined)
  throw new Error('name a report and a .png file; Chromium has to be installed');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const tab = await browser.newPage({ viewport: { width: 1160, height: 1290 } });
  await tab.goto(pathToFileURL(path.resolve(page)).href);
  await tab.screenshot({ path: picture });
} finally {
  await browser.close();
}
