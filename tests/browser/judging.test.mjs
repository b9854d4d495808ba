// A judge at another address, asked from a page: answers outlive a reload, and nothing goes
// anywhere else.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { serve } from '../../scripts/serve.mjs';
import { endpoint } from '../endpoint.mjs';
import { buildPage, launch, openPage } from './browser.mjs';

const folder = mkdtempSync(join(tmpdir(), 'attune-judging-'));
let chrome;
let site;

before(async () => {
  await buildPage(folder);
  site = await serve(folder, 0);
  chrome = await launch();
});

after(async () => {
  await chrome?.close();
  await site?.close();
  rmSync(folder, { recursive: true, force: true });
});

const ROWS = 40;
const CONCURRENCY = 4;
const KEY = 'sk-a-secret-of-the-page';

/** Scores the rows in the page, and says how it went; the function must stand on its own. */
async function scoreInPage([url, apiKey, rows, concurrency]) {
  const { createAttune, openai } = globalThis.attuneModule;
  const judge = openai({ baseUrl: url, model: 'm', apiKey, concurrency, backoff: 20 });
  const replies = Array.from({ length: rows }, (_, at) => ({
    id: `r${at}`,
    query: `Day ${at} on the ward.`,
    response: `I hear how tired you are on day ${at}.`,
    tokens: 9,
  }));
  const scored = [];
  const attune = createAttune();
  const run = attune.scoreBatch(replies, { judge, total: rows });
  for await (const row of run) {
    scored.push([row.id, row.reward]);
    globalThis.scoredSoFar = scored.length;
  }
  attune.close();
  return { scored, calls: run.summary.calls };
}

test('a batch broken off by a reload goes on; then nothing is asked twice', async () => {
  const server = await endpoint({ delay: 5, requireKey: KEY });
  const url = server.url.replace('127.0.0.1', 'localhost');
  const { page, problems, requests, close } = await openPage(chrome.browser);
  const open = async () => {
    await page.goto(site.url);
    await page.waitForFunction(() => 'attuneModule' in globalThis);
  };
  try {
    await open();
    const parameters = [url, KEY, ROWS, CONCURRENCY];
    const broken = page.evaluate(scoreInPage, parameters).catch(() => 'broken off');
    await page.waitForFunction(() => globalThis.scoredSoFar >= 10);
    await open();
    assert.equal(await broken, 'broken off');
    const { scored, calls } = await page.evaluate(scoreInPage, parameters);
    assert.equal(scored.length, ROWS);
    assert.ok(scored.every(([, reward]) => Number.isFinite(reward)));
    assert.ok(calls.kept >= 4 * 10, `${calls.kept} answers were kept`);
    const repeated = server.requests.length - 4 * ROWS;
    assert.ok(repeated >= 0 && repeated <= CONCURRENCY, `${repeated} calls were repeated`);

    await open();
    const again = await page.evaluate(scoreInPage, parameters);
    assert.deepEqual(again.scored, scored);
    assert.deepEqual([again.calls.made, again.calls.kept], [0, 4 * ROWS]);

    // The key is in no store of the page.
    const stored = await page.evaluate(async () => {
      const texts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
      for (const { name } of await indexedDB.databases()) {
        const database = await new Promise((resolve) => {
          const request = indexedDB.open(name);
          request.onsuccess = () => resolve(request.result);
        });
        for (const store of database.objectStoreNames) {
          const all = database.transaction(store).objectStore(store);
          for (const request of [all.getAll(), all.getAllKeys()]) {
            texts.push(
              await new Promise((resolve) => {
                request.onsuccess = () => resolve(JSON.stringify(request.result));
              }),
            );
          }
        }
        database.close();
      }
      return texts.join('\n');
    });
    assert.ok(stored.includes('Score'), 'answers are in the store');
    assert.ok(!stored.includes(KEY));

    const own = new URL(site.url).origin;
    const elsewhere = requests.filter((asked) => !asked.startsWith(own) && !asked.startsWith(url));
    assert.deepEqual(
      elsewhere.filter((asked) => /^https?:/.test(asked)),
      [],
    );
    assert.deepEqual(chrome.strangers, []);
    assert.deepEqual(problems, []);
  } finally {
    await close();
    await server.close();
  }
});

test('a batch is aborted, and progress says what remains', async () => {
  const { page, problems, close } = await openPage(chrome.browser);
  try {
    await page.goto(site.url);
    await page.waitForFunction(() => 'attuneModule' in globalThis);
    const { name, told } = await page.evaluate(async () => {
      const attune = globalThis.attuneModule.createAttune();
      const stop = new AbortController();
      const told = [];
      async function* replies() {
        for (let at = 0; at < 100_000; at += 1) {
          yield { id: `${at}`, query: 'I am so tired.', response: 'No wonder, after such a week.' };
        }
      }
      const run = attune.scoreBatch(replies(), {
        total: 100_000,
        signal: stop.signal,
        onProgress: (progress) => {
          told.push(progress);
          if (progress.done === 500) stop.abort();
        },
      });
      try {
        for await (const _ of run);
        return { name: 'finished', told };
      } catch (error) {
        return { name: error.name, told: told.at(-1) };
      }
    });
    assert.equal(name, 'AbortError');
    assert.ok(told.done >= 500 && told.done < 5_000, `${told.done}`);
    assert.ok(told.rate > 0 && told.remaining > 0, JSON.stringify(told));
    assert.deepEqual(problems, []);
  } finally {
    await close();
  }
});
