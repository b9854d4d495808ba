import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAttune } from 'attune';
import { runCorpus } from '../corpus.mjs';
import { corpus } from '../files.mjs';

test('the shared corpus holds in Node', async () => {
  assert.deepEqual(await runCorpus(createAttune(), corpus()), []);
});

test('a corpus that expects something else fails: the runner can fail', async () => {
  const altered = structuredClone(corpus());
  altered.perm.rows[0].expected.empathy += 0.1;
  altered.recall.rows[0].results[0].estimate = 0.123;
  altered['score-bad'].rows[0].error.line = 99;
  altered.builtin.expected[0].resonation.score += 0.1;
  altered.embedder.sentences[0].vector[0] += 0.1;
  assert.equal((await runCorpus(createAttune(), altered)).length, 5);
});
