// Heads retrained on the votes of raters whose taste differs from that of the graded set.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAttune } from 'attune';
import { RATERS, votesOf } from '../raters.mjs';

const files = ({ votes, responses }) => ({
  votes: { name: 'votes.csv', text: votes },
  responses: { name: 'responses.jsonl', text: responses },
});

for (const [name, taste] of Object.entries(RATERS)) {
  test(`500 votes of a rater who goes by ${name} improve what was held out`, async () => {
    const attune = createAttune();
    const input = files(votesOf(taste, { count: 500, seed: 11 }));
    let told = 0;
    const { heads, card, report } = await attune.train(input, {
      onProgress: () => {
        told += 1;
      },
    });
    assert.ok(told > 0 && heads.length > 1000);
    assert.match(card, /votes/i);
    const { before, after } = report.accuracy;
    assert.ok(after.estimate > before.estimate + 0.03, `${before.estimate} → ${after.estimate}`);
    console.log(`${name}: ${before.estimate.toFixed(3)} → ${after.estimate.toFixed(3)}`);
    // The heads that come out are heads to score with.
    const own = createAttune({ heads: { name: 'own.safetensors', bytes: heads } });
    const row = { id: '1', query: 'My dog died.', response: 'Oh no. What was he like?' };
    const [mine] = await own.score([row]);
    const [shipped] = await attune.score([row]);
    assert.notEqual(mine.reward, shipped.reward);
    // The intervals are told from the shipped heads' errors.
    assert.ok(shipped.interval && mine.interval === undefined);
  });
}

test('the seed decides, to the last byte', async () => {
  const attune = createAttune();
  const input = files(votesOf(RATERS.brevity, { count: 120, seed: 12 }));
  const run = async (seed) => (await attune.train({ ...input, seed })).heads;
  const first = await run(3);
  assert.deepEqual(await run(3), first);
  assert.notDeepEqual(await run(4), first);
});

test('an aborted training rejects with AbortError', async () => {
  const attune = createAttune();
  const input = files(votesOf(RATERS.advice, { count: 500, seed: 13 }));
  const controller = new AbortController();
  const training = attune.train(input, {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await assert.rejects(training, { name: 'AbortError' });
});
