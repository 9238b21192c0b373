import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../tools/build/build.ts';
import { findProgram } from '../../tools/doctor/programs.ts';
import { startVirtualBoard, type VirtualBoardSession } from '../../tools/virtual-board/session.ts';

const program = findProgram(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']);
const START_MS = 60_000;
/** The controls of a LED as a screen reader meets them. */
const D4 = `- group "lit D4":
  - img "lit"
  - text: D4
  - button "On" [pressed]
  - button "Off"
  - button "Blink"
  - button "Toggle"
  - text: "Period: 1000 ms"
  - 'slider "Period: 1000 ms"': "1000"
  - text: "Duty: 50 %"
  - 'slider "Duty: 50 %"': "50"
  - 'textbox "Sequence: milliseconds lit, dark, lit, dark and so on"':
    - /placeholder: 100, 100, 100, 700
  - button "Play"
`;
const PHONE = { width: 360, height: 640 };

describe.skipIf(program === undefined)(
  `the LED page in Chromium${program === undefined ? ' (skipped: not installed)' : ''}`,
  () => {
    let folder: string;
    let board: VirtualBoardSession;
    let browser: Browser;
    let address: string;
    const contexts: BrowserContext[] = [];
    /** What no page may do: errors on its console, requests to anybody but the board. */
    const complaints: string[] = [];

    beforeAll(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'last-ack-page-'));
      await build({ outDir: folder, measure: false });
      board = await startVirtualBoard({ net: 'gateway', serial: 'instant', files: folder });
      await new Promise<void>((resolve) => {
        const stop = board.onEvent((event) => {
          if (event.type !== 'serial' || !event.text.includes('listening')) return;
          stop();
          resolve();
        });
      });
      address = `http://${board.host}:${board.port}`;
      browser = await chromium.launch({ executablePath: program ?? '', args: ['--no-sandbox'] });
    }, START_MS);

    afterEach(async () => {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
      expect(complaints.splice(0)).toEqual([]);
    });

    afterAll(async () => {
      await browser.close();
      await board.close();
      rmSync(folder, { recursive: true });
    });

    async function open(viewport = PHONE): Promise<Page> {
      const context = await browser.newContext({ viewport });
      contexts.push(context);
      const page = await context.newPage();
      page.on('pageerror', ({ message }) => complaints.push(message));
      page.on('request', (request) => {
        if (!/^(data:|blob:)/.test(request.url()) && !request.url().startsWith(`${address}/`))
          complaints.push(request.url());
      });
      await page.goto(address);
      await page.getByText('Connected').waitFor();
      return page;
    }

    const group = (page: Page, name: string): ReturnType<Page['getByRole']> =>
      page.getByRole('group', { name, exact: false });

    it('fits into 4 kB', () => {
      expect(statSync(path.join(folder, 'index.html.gz')).size).toBeLessThan(4096);
    });

    it('tells a screen reader what everything is and which state it is in', async () => {
      const page = await open();
      await group(page, 'D4').getByRole('button', { name: 'On' }).click();
      await page.getByRole('status').getByText('D4: on').waitFor();
      expect(`${await group(page, 'D4').ariaSnapshot()}\n`).toBe(D4);
      const whole = await page.locator('main').ariaSnapshot();
      expect(whole).toMatch(/- heading "LEDs" \[level=1\]\n *- status: "D4: on"\n *- group "\w+ D0":/);
      expect(whole).toMatch(/- heading "Board" \[level=2\]\n *- term: Free memory\n *- definition: \d+ bytes\n/);
    });

    it('is worked by the keyboard alone', async () => {
      const page = await open();
      const focused = async (key: string, times = 1): Promise<void> => {
        for (let press = 0; press < times; press++) await page.keyboard.press(key);
      };
      await group(page, 'D4').getByRole('button', { name: 'Off' }).focus();
      await focused('Enter');
      await page.getByText('D4: off').waitFor();
      await focused('Tab', 2);
      await focused('Space');
      await page.getByText('D4: on').waitFor();
      await focused('Tab');
      await focused('ArrowRight', 2);
      await expect.poll(() => group(page, 'D4').getByText('1200 ms').count()).toBe(1);
      await focused('Tab');
      await focused('ArrowLeft');
      await focused('Tab');
      await page.keyboard.type('100, 200, 300, 400');
      await focused('Enter');
      await page.getByText('D4: sequence').waitFor();
      await expect
        .poll(async () =>
          (await (await fetch(`${address}/api/leds`)).text()).includes(
            '"period":1200,"duty":45,"steps":[100,200,300,400]',
          ),
        )
        .toBe(true);
      const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
      expect(outline).toBe('solid');
    });

    it('fits a phone without scrolling sideways, with targets for thumbs', async () => {
      const page = await open();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
      for (const button of await page.getByRole('button').all()) {
        const box = await button.boundingBox();
        expect(box?.height).toBeGreaterThanOrEqual(44);
        expect(box?.width).toBeGreaterThanOrEqual(44);
      }
    });

    it('shows what another browser changes, and joins changes of different things', async () => {
      const [one, other] = [await open(), await open({ width: 1280, height: 800 })];
      await group(one, 'D0').getByRole('button', { name: 'Blink' }).click();
      await group(other, 'D0').getByRole('button', { name: 'Blink', pressed: true }).waitFor();
      const [period, duty] = [group(one, 'D0').getByLabel('Period'), group(other, 'D0').getByLabel('Duty')];
      await Promise.all([period.fill('600'), duty.fill('20')]);
      for (const page of [one, other]) {
        await page.getByRole('heading', { name: 'LEDs' }).click();
        await group(page, 'D0').getByText('600 ms').waitFor();
        await group(page, 'D0').getByText('20 %').waitFor();
      }
      await Promise.all([one, other].map((page) => group(page, 'D0').getByRole('button', { name: 'Toggle' }).click()));
      await group(one, 'D0').getByRole('button', { name: 'On', pressed: true }).waitFor();
      await group(other, 'D0').getByRole('button', { name: 'On', pressed: true }).waitFor();
    });

    it('lights its lamps as the pins are', async () => {
      const page = await open();
      for (const [name, level, label] of [
        ['On', 0, 'lit'],
        ['Off', 1, 'dark'],
      ] as const) {
        await group(page, 'D4').getByRole('button', { name }).click();
        // Until then its lamp may be lit by the sequence that it played before.
        await page.getByRole('status').getByText(`D4: ${name.toLowerCase()}`).waitFor();
        await group(page, 'D4').getByRole('img', { name: label }).waitFor();
        expect((await board.snapshot()).pins['2']).toBe(level);
      }
    });

    it('refuses a sequence that the board would refuse before it is sent', async () => {
      const page = await open();
      await group(page, 'D0').getByRole('textbox').fill('100, 200, 300');
      await group(page, 'D0').getByRole('button', { name: 'Play' }).click();
      expect(await group(page, 'D0').locator('input:invalid').count()).toBe(1);
    });

    it('shows memory, connections and how large their windows may be', async () => {
      const page = await open();
      await expect
        .poll(() => page.locator('dl').innerText())
        .toMatch(
          /Free memory\s+\d+ bytes[^]*Connections\s+\d open, \d+ in TIME_WAIT\s+Window of each\s+\d+ bytes in, \d+ out/,
        );
    });

    it('says when the board is gone, and goes on when it is back', async () => {
      const page = await open();
      await board.control.call('wifi', { up: false });
      await page.getByText('No answer from the board').waitFor({ timeout: 25_000 });
      await board.control.call('wifi', { up: true });
      await page.getByText('Connected').waitFor({ timeout: 40_000 });
    }, 80_000);
  },
);
