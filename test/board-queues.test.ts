import { describe, expect, test, vi } from 'vitest';
import { findAccessibilityFaults } from './support/axe.ts';
import { startTestBoard } from './support/board.ts';
import { findBrowser, openBrowser } from './support/browser.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const program = await findBrowser();

describe.skipIf(!program)("Bull Board's pages", () => {
  test.for([
    ['light', 1280],
    ['dark', 1280],
    ['light', 375],
    ['dark', 375],
  ] as const)('have no accessibility fault that axe finds (%s, %d pixels)', async ([colorScheme, width]) => {
    const { queues, url } = await startTestBoard();
    await queues.fetch.bull.add('44 apps', { appids: [440], text: 'text', none: null });
    const job = await queues.fetch.bull.add('later', {}, { delay: 60_000 });
    const browser = await openBrowser(program ?? '');
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
    for (const [path, text] of [
      ['queues', 'pics-write'],
      ['queues/queue/pics-fetch?status=waiting', '44 apps'],
      ['queues/queue/pics-fetch?status=delayed', 'later'],
      [`queues/queue/pics-fetch/${job.id}`, 'later'],
    ] as const) {
      await page.goto(`${url}/${path}`);
      await page.getByText(text).first().waitFor();
      expect([path, await findAccessibilityFaults(page)]).toEqual([path, []]);
    }
  });
});
