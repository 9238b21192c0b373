import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../doctor/programs.ts';
import { startLiveReload, type LiveReload } from './live-reload.ts';

const program = findProgram(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']);

describe.skipIf(program === undefined)(
  `a browser that shows the board's page${program === undefined ? ' (skipped: no Chromium)' : ''}`,
  () => {
    let live: LiveReload;
    let board: Server;
    let browser: Browser;
    let title = 'old';

    beforeAll(async () => {
      board = createServer((_incoming, response) => {
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end(`<!doctype html><title>${title}</title>`);
      });
      await new Promise<void>((resolve) => board.listen(0, '127.0.0.1', resolve));
      live = await startLiveReload();
      browser = await chromium.launch({ executablePath: program ?? '', args: ['--no-sandbox'] });
    }, 60_000);
    afterAll(async () => {
      await browser.close();
      await live.close();
      await new Promise((resolve) => board.close(resolve));
    });

    it('comes by itself when the board serves, shows the new page after a save, and is in standards mode', async () => {
      const page = await browser.newPage();
      await page.goto(live.url);
      expect(await page.textContent('body')).toContain('The board is not there');
      const shows = (text: string): Promise<void> =>
        expect.poll(() => page.title().catch(() => ''), { timeout: 10_000 }).toBe(text);
      live.setBoard({ host: '127.0.0.1', port: (board.address() as AddressInfo).port });
      live.reload();
      await shows('old');
      title = 'new';
      live.reload();
      await shows('new');
      expect(await page.evaluate('document.compatMode')).toBe('CSS1Compat');
    });
  },
);
