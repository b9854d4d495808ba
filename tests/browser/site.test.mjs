// The pages as a visitor meets them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openPage } from './browser.mjs';
import { axe, builtSite, byId, inState } from './built-site.mjs';

const opened = builtSite();

const PAGES = ['index.html', 'score.html', 'remember.html', 'recall.html', 'train.html'];

const ready = (page) => inState(page, 'ready');

async function visit(name, work, options) {
  const { page, problems, requests, close } = await openPage(opened.chrome.browser, options);
  try {
    await page.goto(`${opened.site.url}site/${name}`);
    await work(page, { problems, requests });
    assert.deepEqual(problems, [], `${name} reported problems`);
  } finally {
    await close();
  }
}

test('from load to score, no request leaves the origin', async () => {
  for (const name of PAGES) {
    await visit(name, async (page, { requests }) => {
      if (name !== 'index.html') await ready(page);
      if (name === 'score.html') {
        await byId(page, 'response').fill('Oh no. What was she like?');
        await byId(page, 'score-button').click();
        await ready(page);
      }
      const own = new URL(opened.site.url).origin;
      const foreign = requests.filter(
        (url) => !url.startsWith('data:') && new URL(url).origin !== own,
      );
      assert.ok(requests.length > 1);
      assert.deepEqual(foreign, []);
    });
  }
  assert.deepEqual(opened.chrome.strangers, []);
});

test('a visitor waits for the first score; how long is reported, not judged', async () => {
  await visit('score.html', async (page) => {
    await ready(page);
    const { waited, bytes } = await page.evaluate(() => ({
      waited: performance.now(),
      bytes: performance
        .getEntriesByType('resource')
        .reduce((sum, r) => sum + r.encodedBodySize, 0),
    }));
    assert.ok(waited > 0);
    console.log(
      `# first score ${waited.toFixed(0)} ms after navigation; the page itself ${bytes} bytes`,
    );
  });
});

test('the policy of every page allows its own origin and nothing else', async () => {
  for (const name of PAGES) {
    await visit(name, async (page) => {
      const policy = await page
        .locator('meta[http-equiv="Content-Security-Policy"]')
        .getAttribute('content');
      assert.match(policy, /connect-src 'self'(;|$)/);
      assert.match(policy, /script-src 'self' 'wasm-unsafe-eval'(;|$)/);
      assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|https?:|\*/);
    });
  }
});

test('hosts that read _headers are given the same policy', async () => {
  const headers = readFileSync(new URL('../../pkg/site/_headers', import.meta.url), 'utf8');
  await visit('index.html', async (page) => {
    const policy = await page
      .locator('meta[http-equiv="Content-Security-Policy"]')
      .getAttribute('content');
    const sent = headers.match(/Content-Security-Policy: (.*)/)[1];
    const parts = (text) =>
      text
        .split(';')
        .map((part) => part.trim())
        .filter(Boolean);
    // A frame's ancestors can only be limited by a header.
    assert.deepEqual(
      parts(sent).filter((part) => !part.startsWith('frame-ancestors')),
      parts(policy),
    );
  });
});

test('a page that tries to call home is stopped and noticed', async () => {
  const { page, problems, close } = await openPage(opened.chrome.browser);
  await page.goto(`${opened.site.url}site/score.html`);
  const outcome = await page.evaluate(() =>
    fetch('http://example.test/').then(
      () => 'sent',
      () => 'refused',
    ),
  );
  await close();
  assert.equal(outcome, 'refused');
  assert.ok(
    problems.some((text) => /Content Security Policy/.test(text)),
    problems.join('\n'),
  );
});

const score = async (page) => {
  await byId(page, 'query').fill('My dog died on Sunday and the house is so quiet.');
  await byId(page, 'response').fill(
    'Oh no. After all those mornings, the quiet must ache. What was he like?',
  );
  await byId(page, 'score-button').click();
  // Busy from the click on, but perhaps over before anyone looks.
  await page
    .waitForFunction(() => document.documentElement.dataset.state === 'busy', null, {
      timeout: 300,
    })
    .catch(() => {});
  await ready(page);
  return Promise.all(
    ['reward', 'resonation', 'expression', 'reception', 'bystander'].map((id) =>
      byId(page, id).innerText(),
    ),
  );
};

test('Score: a visitor sees a result at once and scores a reply, on CPU and WebGPU alike', async () => {
  await visit('score.html', async (page) => {
    await ready(page);
    assert.match(await byId(page, 'reward').innerText(), /\d/);
    const cpu = await score(page);
    await byId(page, 'device-webgpu').check();
    const gpu = await score(page);
    assert.deepEqual(gpu, cpu);
    assert.match(await byId(page, 'device-report').innerText(), /[1-9]\d* /);
  });
});

test('a page goes on offline; a device that cannot be loaded is told, and the other still works', async () => {
  const { page, close } = await openPage(opened.chrome.browser);
  try {
    await page.goto(`${opened.site.url}site/score.html`);
    await ready(page);
    const online = await score(page);
    await page.context().setOffline(true);
    await byId(page, 'device-webgpu').check();
    await byId(page, 'error')
      .filter({ hasText: /connection/i })
      .waitFor();
    await byId(page, 'device-cpu').check();
    assert.deepEqual(await score(page), online);
  } finally {
    await close();
  }
});

test('Remember: sample memories are searched, and new ones found', async () => {
  await visit('remember.html', async (page) => {
    await ready(page);
    assert.ok((await byId(page, 'memory-hit').count()) > 0);
    await byId(page, 'memory-text').fill('The zeppelin over Lake Constance made her laugh.');
    await byId(page, 'add-button').click();
    await ready(page);
    await byId(page, 'memory-query').fill('laughing above the lake');
    await byId(page, 'search-button').click();
    await byId(page, 'memory-hit').first().filter({ hasText: 'zeppelin' }).waitFor();
  });
});

test('Recall: the demo world shows URE beside the traditional scheme', async () => {
  await visit('recall.html', async (page) => {
    await ready(page);
    assert.match(await byId(page, 'recall-table').innerText(), /traditional/i);
    assert.ok((await byId(page, 'recall-plot').locator('path').count()) >= 2);
  });
});

const sampleFile = (name) => readFileSync(new URL(`../../data/samples/${name}`, import.meta.url));

/** Another recommender for the demo world: each user is given the next one's scores. */
function otherScores() {
  const bytes = Buffer.from(sampleFile('scores.npy'));
  const row = 250 * 2;
  const [head, last] = [bytes.length - 400 * row, bytes.length - row];
  const first = Buffer.from(bytes.subarray(head, head + row));
  bytes.copy(bytes, head, head + row);
  first.copy(bytes, last);
  return { name: 'other.npy', mimeType: 'application/octet-stream', buffer: bytes };
}

/** What the click on a button of the page saves. */
async function saved(page, id) {
  const [download] = await Promise.all([page.waitForEvent('download'), byId(page, id).click()]);
  return readFileSync(await download.path(), 'utf8');
}

test('Recall: recommenders are compared, and every result can be taken away', async () => {
  await visit('recall.html', async (page) => {
    await ready(page);
    const alone = await byId(page, 'recall-table').innerText();
    await page.locator('#more > summary').click();
    await page.locator('#others-intake input[type="file"]').setInputFiles(otherScores());
    await page.locator('[data-testid="comparison-table-ure"]').waitFor();
    await ready(page);
    const report = JSON.parse(await saved(page, 'save-recall.json'));
    assert.deepEqual(
      report.systems.map(({ name }) => name),
      ['scores.npy', 'other.npy'],
    );
    const compared = report.comparisons.filter(({ scheme }) => scheme === 'ure');
    const shown = await byId(page, 'comparison-table-ure').innerText();
    assert.equal(compared.length, 6);
    for (const { difference } of compared) assert.ok(shown.includes(difference.toFixed(3)));

    const table = await byId(page, 'recall-table').innerText();
    assert.equal(table, alone);
    await byId(page, 'system').selectOption('other.npy');
    const ure = report.systems[1].results.find(({ scheme, k }) => scheme === 'ure' && k === 10);
    const other = await byId(page, 'recall-table').innerText();
    assert.notEqual(other, alone);
    assert.ok(other.includes(ure.estimate.toFixed(3)));

    const csv = (await saved(page, 'save-recall.csv')).trim().split('\r\n');
    const results = report.systems.flatMap(({ results }) => results);
    assert.equal(csv.length, 1 + results.length);
    assert.ok(
      csv.some((line) => line.startsWith(`other.npy,ure,macro,recall,10,,${ure.estimate},`)),
    );
    assert.match(
      await saved(page, 'save-recall-comparisons.csv'),
      /^a,b,scheme,.*\r\nscores\.npy,/,
    );
    const svg = await saved(page, 'save-recall.svg');
    assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert.match(svg, /other\.npy/);
    assert.match(svg, /class="curve"[^>]* stroke="#/);

    const methods = await byId(page, 'methods').innerText();
    const ends = (pair) => pair.map((end) => end.toFixed(3)).join('–');
    const both = `users like these ${ends(ure.ci)}, these users ${ends(ure.ciTheseUsers)}`;
    assert.ok(methods.includes(`Recall@10 ${ure.estimate.toFixed(3)} (${both})`), methods);
    assert.match(methods, /2409\.04810.*seed 7.*Holm/);
    for (const hash of report.inputHashes) assert.ok(methods.includes(hash));
    await byId(page, 'copy-methods').click();
    await page.getByText(/^(Copied\.|This browser lets no page copy)/).waitFor();
  });
});

test('Recall: complete labels add a scheme; a long evaluation is cancelled and leaves what stood', async () => {
  await visit('recall.html', async (page) => {
    await ready(page);
    const liked = sampleFile('exposed.csv')
      .toString()
      .replaceAll(/^.*,0\n/gm, '');
    await page.locator('#more > summary').click();
    await page
      .locator('#full-intake input[type="file"]')
      .setInputFiles({ name: 'full.csv', mimeType: 'text/csv', buffer: Buffer.from(liked) });
    await page.locator('[data-testid="recall-plot"] .full .point').first().waitFor();
    await ready(page);
    const table = await byId(page, 'recall-table').innerText();
    assert.match(table, /Full@10/);
    await page.getByText('Rules: ties').click();
    await page.getByLabel('Resamples of users').fill('200000');
    await byId(page, 'run-button').click();
    await byId(page, 'cancel-button').click();
    await page.locator('#status', { hasText: 'Cancelled.' }).waitFor();
    assert.equal(await byId(page, 'recall-table').innerText(), table);
    await page.getByLabel('Resamples of users').fill('200');
    await byId(page, 'run-button').click();
    await page.getByText('200 resamples of users, seed 7', { exact: true }).waitFor();
  });
});

test('a bad file is answered with its name, line and mend', async () => {
  await visit('recall.html', async (page) => {
    await ready(page);
    const inputs = page.locator('input[type="file"]');
    await inputs.nth(0).setInputFiles({
      name: 'mine.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('user,item,score\nu,a,1\nu,b,NaN\n'),
    });
    await byId(page, 'run-button').click();
    await byId(page, 'error').waitFor({ state: 'visible' });
    const text = await byId(page, 'error').innerText();
    assert.match(text, /mine\.csv/);
    assert.match(text, /3/);
    assert.match(text, /finite/);
  });
});

test('no page overflows a phone, and none has an accessibility fault that axe can find', async () => {
  for (const name of PAGES) {
    for (const [width, scheme] of [
      [390, 'light'],
      [1280, 'dark'],
    ]) {
      const options = { viewport: { width, height: 844 }, colorScheme: scheme, bypassCSP: true };
      await visit(
        name,
        async (page) => {
          if (name !== 'index.html') await ready(page);
          const overflow = await page.evaluate(
            () => document.documentElement.scrollWidth - window.innerWidth,
          );
          assert.ok(overflow <= 0, `${name} is ${overflow} px too wide at ${width}`);
          await page.evaluate(axe);
          const { violations } = await page.evaluate(() => globalThis.axe.run());
          const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
          assert.deepEqual(found, [], `${name} at ${width}, ${scheme}`);
        },
        options,
      );
    }
  }
});

test('a first reply is scored from the keyboard alone', async () => {
  await visit('score.html', async (page) => {
    await ready(page);
    await byId(page, 'response').focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('That sounds lonely. Who else knew him?');
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
      if (at === 'score-button') break;
    }
    await page.keyboard.press('Enter');
    await ready(page);
    assert.match(await byId(page, 'reward').innerText(), /\d/);
  });
});
