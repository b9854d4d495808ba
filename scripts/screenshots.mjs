// `npm run screenshots`: takes the pictures in docs/ from the built site.
import { join } from 'node:path';
import { chromium as playwright } from 'playwright-core';
import { build } from './build.mjs';
import { main, root } from './run.mjs';
import { serve } from './serve.mjs';
import { chromium } from './setup.mjs';

await main(async () => {
  const executablePath = await chromium();
  await build();
  const site = await serve(join(root, 'pkg/site'));
  const browser = await playwright.launch({ executablePath, args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 1120 } });
  const byId = (id) => page.locator(`[data-testid="${id}"]`);
  /** The pages, and what brings each to the state that its picture shows. */
  const pages = {
    score: async () => {},
    train: async () => {
      await byId('demo-button').click();
      await byId('count').filter({ hasText: /votes/ }).waitFor();
      await byId('train-button').click();
      await byId('finding').waitFor({ timeout: 120_000 });
      await page.evaluate(() => scrollTo(0, 0));
    },
  };
  for (const [name, prepare] of Object.entries(pages)) {
    await page.goto(`${site.url}${name}.html`);
    await page.waitForFunction(() => document.documentElement.dataset.state === 'ready');
    await prepare();
    await page.screenshot({ path: join(root, 'docs', `${name}.png`) });
  }
  await browser.close();
  await site.close();
});
