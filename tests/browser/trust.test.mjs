// What the Score page says of how far its figures can be trusted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './browser.mjs';
import { builtSite, byId as find, inState } from './built-site.mjs';

const opened = builtSite();

test('a score shows its interval; a reply outside the domain is said to mean nothing', async () => {
  const { page, problems, close } = await openPage(opened.chrome.browser);
  const byId = (id) => find(page, id);
  const ready = () => inState(page, 'ready');
  const score = async (text) => {
    await byId('response').fill(text);
    await byId('score-button').click();
    await ready();
  };
  const ends = async () => {
    const { low, high } = await byId('interval').evaluate(({ dataset }) => ({ ...dataset }));
    return [Number(low), Number(high)];
  };
  try {
    await page.goto(`${opened.site.url}site/score.html`);
    await ready();
    await score('Oh no. What was she like?');
    const reward = Number(await byId('reward').getAttribute('data-value'));
    const [low, high] = await ends();
    assert.ok(low < reward && reward < high, `${low} ${reward} ${high}`);
    assert.match(await byId('interval').innerText(), /90\s%/);
    assert.equal(await byId('out-of-domain').count(), 0);
    // Each chart tells its interval to whoever cannot see it.
    const label = await page.locator('svg.bars').first().getAttribute('aria-label');
    assert.match(label, /between [\d.]+ and [\d.]+/);

    await score('Es tut mir wirklich leid um deinen alten Hund, ganz ehrlich.');
    assert.equal(
      await byId('out-of-domain').locator('li').first().getAttribute('data-code'),
      'language',
    );
    assert.deepEqual(await ends(), [-0.3, 1]);
    assert.deepEqual(problems, []);
  } finally {
    await close();
  }
});
