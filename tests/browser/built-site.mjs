// The built site in a browser, for the tests of one file.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serve } from '../../scripts/serve.mjs';
import { launch } from './browser.mjs';

/** The source of axe, which finds accessibility faults. */
export const axe = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

/** Opens site and browser before the tests of the calling file, and closes them after. */
export function builtSite() {
  const opened = {};
  before(async () => {
    // Two levels up, so that the site lies in a folder of its host: relative URLs must do.
    opened.site = await serve(fileURLToPath(new URL('../../pkg', import.meta.url)));
    opened.chrome = await launch();
  });
  after(async () => {
    await opened.chrome?.close();
    await opened.site?.close();
  });
  return opened;
}

export const byId = (page, id) => page.locator(`[data-testid="${id}"]`);

/** Waits until a page is in a state; `ready` once it has shown its first result. */
export const inState = (page, state) =>
  page.waitForFunction((state) => document.documentElement.dataset.state === state, state, {
    timeout: 60_000,
  });
