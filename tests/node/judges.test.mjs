// Judges that write, against a real HTTP server on this machine.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import {
  builtin,
  chat,
  createAttune,
  fileCache,
  openai,
  panel,
  promptApi,
  transformers,
  webllm,
} from 'attune';
import { endpoint, seededFaults } from '../endpoint.mjs';

const folder = mkdtempSync(join(tmpdir(), 'attune-judges-'));
after(() => rmSync(folder, { recursive: true }));

const row = (id, response = `Oh no. What was he like, number ${id}?`) => ({
  id: String(id),
  query: 'My dog died.',
  response,
});
const rows = (count) => Array.from({ length: count }, (_, at) => row(at));

const WARM =
  'Oh no. He met you at that door every morning, and now nobody does. What do you miss most?';

async function collect(run) {
  const all = [];
  for await (const scored of run) all.push(scored);
  return all;
}

/** A judge at a server of its own; short pauses, so that tests do not wait. */
async function at(server, options = {}, work) {
  const { url, close } = server;
  const judge = openai({ baseUrl: url, model: 'test', backoff: 5, concurrency: 16, ...options });
  try {
    return await work(judge);
  } finally {
    await close();
  }
}

const perm =
  (levels, total = 76) =>
  (body) => {
    const { content } = body.messages[1];
    if (content.includes('Total Score')) return `Fair.\nTotal Score: ${total} / 100`;
    const which = ['## Resonation', '## Expression', '## Reception'].findIndex((title) =>
      content.startsWith(title),
    );
    return `Reason: so.\nScore: ${levels[which]}`;
  };

for (const stream of [false, true]) {
  test(`an endpoint judges, ${stream ? 'streaming' : 'whole'}: the paper's check value`, async () => {
    const server = await endpoint({ answer: perm([2, 4, 5]) });
    await at(server, { stream, logprobs: false }, async (judge) => {
      const [scored] = await createAttune().score([row(1)], { judge });
      assert.ok(Math.abs(scored.reward - (12 / 19 - 0.12)) < 1e-12);
      assert.equal(scored.expression.rationale, 'so.');
      assert.deepEqual(scored.expression.distribution, [0, 0, 0, 1, 0]);
      assert.equal(scored.judge.url, server.url);
      assert.deepEqual([scored.judge.model, scored.judge.temperature], ['test', 0.3]);
      assert.equal(scored.judge.rubrics, 'attune-en 1.0.0');
      assert.equal(server.requests.length, 4);
      assert.equal(server.requests[0].body.temperature, 0.3);
    });
  });

  test(`log-probabilities give the expectation, ${stream ? 'streaming' : 'whole'}`, async () => {
    const answer = (body) => {
      if (body.messages[1].content.includes('Total Score')) return 'Total Score: 50 / 100';
      return { content: 'Reason: so.\nScore: 4', digits: { 3: 0.25, 4: 0.5, 5: 0.25 } };
    };
    await at(await endpoint({ answer }), { stream }, async (judge) => {
      const [scored] = await createAttune().score([row(1)], { judge });
      assert.ok(Math.abs(scored.reception.score - 4) < 1e-9);
      const gap = scored.reception.distribution.map((p, at) => p - [0, 0, 0.25, 0.5, 0.25][at]);
      assert.ok(Math.max(...gap.map(Math.abs)) < 1e-6, `${scored.reception.distribution}`);
    });
  });
}

test('an endpoint that refuses log-probabilities is asked without, and a warning says so', async () => {
  const server = await endpoint({ answer: perm([3, 3, 3]) });
  const plain = globalThis.fetch;
  globalThis.fetch = (url, init) =>
    JSON.parse(init.body).logprobs
      ? Promise.resolve(
          new Response('{"error":{"message":"logprobs is not supported"}}', { status: 400 }),
        )
      : plain(url, init);
  try {
    await at(server, {}, async (judge) => {
      const run = createAttune().scoreBatch([row(1)], { judge });
      const [scored] = await collect(run);
      assert.equal(scored.resonation.score, 3);
      assert.deepEqual(
        run.summary.warnings.map(({ code }) => code),
        ['no-logprobs'],
      );
    });
  } finally {
    globalThis.fetch = plain;
  }
});

test('faults in passing are repeated until each row is scored once', async () => {
  const server = await endpoint({ faults: seededFaults({ share: 0.3, seed: 3 }), retryAfter: '0' });
  await at(server, { retries: 8 }, async (judge) => {
    const run = createAttune().scoreBatch(rows(60), { judge });
    const scored = await collect(run);
    assert.deepEqual(
      scored.map(({ id }) => id),
      rows(60).map(({ id }) => id),
    );
    assert.ok(scored.every((one) => 'reward' in one));
    assert.ok(server.requests.length > 240, 'there were faults');
    assert.ok(server.peak <= 16, `${server.peak} calls at once`);
    assert.equal(run.summary.calls.made, 240);
  });
});

test('a slow answer is given up and asked for again', async () => {
  const server = await endpoint({ faults: (_, attempt) => (attempt === 1 ? 'slow' : undefined) });
  await at(server, { timeout: 200 }, async (judge) => {
    const [scored] = await createAttune().score([row(1)], { judge });
    assert.ok('reward' in scored);
    assert.equal(server.requests.length, 8);
  });
});

test('a call that keeps failing costs its row, not the batch', async () => {
  const faults = (body) => (body.messages[1].content.includes('number 1?') ? '500' : undefined);
  await at(await endpoint({ faults }), { retries: 1 }, async (judge) => {
    const scored = await createAttune().score(rows(3), { judge });
    assert.ok('reward' in scored[0] && 'reward' in scored[2]);
    assert.equal(scored[1].error.code, 'judge-call');
    assert.match(scored[1].error.problem, /500/);
  });
});

test('an answer without a score fails its row by name, or as the policy says', async () => {
  const answer = (body) => {
    const text = perm([4, 4, 4])(body);
    const odd = body.messages[1].content.includes('number 1?') && text.includes('Score: 4');
    return odd && body.messages[1].content.startsWith('## Reception')
      ? 'I would rather not.'
      : text;
  };
  const server = await endpoint({ answer });
  const attune = createAttune();
  await at(server, { logprobs: false }, async (judge) => {
    const [, strict] = await attune.score(rows(3), { judge });
    assert.deepEqual([strict.error.code, strict.error.field], ['judge-reply', 'reception']);
    const dropped = await attune.score(rows(3), { judge, onParseFailure: 'drop' });
    assert.deepEqual(
      dropped.map(({ id }) => id),
      ['0', '2'],
    );
    const filled = await attune.score(rows(3), { judge, onParseFailure: 'batch-mean' });
    assert.deepEqual(
      [filled[1].id, filled[1].reception.score, filled[1].imputed],
      ['1', 4, ['reception']],
    );
    const peregrm = await attune.score(rows(1), {
      judge,
      method: 'peregrm',
      onParseFailure: 'authors',
    });
    // Nothing here is in PereGRM's form: all of it is filled in, and listed.
    assert.equal(peregrm[0].imputed.length, 4);
    assert.ok(Math.abs(peregrm[0].reward - (0.6 - 0.1)) < 1e-12);
  });
});

test('trials are asked one by one and averaged', async () => {
  let turn = 0;
  const answer = (body) => {
    if (body.messages[1].content.includes('JSON')) {
      return '{"Content Effectiveness":16,"Logical Structure & Clarity":15,"Communication Efficiency":15,"Objectivity & Neutrality":15,"Information Accuracy & Verifiability":15}';
    }
    turn += 1;
    return `Specific Criteria: x\nAnalysis: y\nScores: \\boxed{${turn % 2 ? 2 : 3.5}}`;
  };
  const server = await endpoint({ answer });
  await at(server, { concurrency: 1, logprobs: false, seed: 5 }, async (judge) => {
    const [scored] = await createAttune().score([row(1)], { judge, method: 'peregrm', trials: 4 });
    assert.equal(server.requests.length, 13);
    assert.ok(Math.abs(scored.reception.score - 2.75) < 1e-12);
    assert.equal(scored.reception.trials.length, 4);
    assert.equal(scored.bystander.total, 76);
    assert.equal(scored.bystander.subscores.content, 16);
    assert.deepEqual(
      [...new Set(server.requests.map(({ body }) => body.seed))].sort(),
      [5, 6, 7, 8],
    );
  });
});

test('the key reaches the endpoint and nothing else', async () => {
  const key = 'sk-very-secret-0123456789';
  const log = [];
  const own = { log: console.log, error: console.error, warn: console.warn };
  for (const name of Object.keys(own)) console[name] = (...parts) => log.push(inspect(parts));
  const path = join(folder, 'key.calls.jsonl');
  try {
    const good = await endpoint({ requireKey: key });
    const scored = await at(
      good,
      { apiKey: key, headers: { 'x-team': 'hush-hush-team' } },
      (judge) => {
        log.push(inspect(judge, { depth: 9, showHidden: true }), JSON.stringify(judge));
        return createAttune().score([row(1)], { judge, cache: fileCache(path) });
      },
    );
    log.push(JSON.stringify(scored));
    // A wrong key: the server repeats it in its error.
    const bad = await endpoint({ requireKey: 'another' });
    await at(bad, { apiKey: key }, (judge) =>
      assert.rejects(createAttune().score([row(1)], { judge }), (error) => {
        log.push(inspect(error, { depth: 9 }), error.message, error.stack);
        assert.equal(error.code, 'endpoint');
        assert.match(error.message, /401.*\[redacted\]/);
        return true;
      }),
    );
    log.push(readFileSync(path, 'utf8'));
  } finally {
    Object.assign(console, own);
  }
  const seen = log.join('\n');
  assert.ok(!seen.includes(key) && !seen.includes('hush-hush-team'), 'a secret shows');
  assert.equal(statSync(path).mode & 0o077, 0, 'the file is its owner’s alone');
});

test('an address with credentials, a redirect and a wrong path are refused', async () => {
  assert.throws(() => openai({ baseUrl: 'http://me:pw@localhost/v1', model: 'm' }), {
    code: 'setting',
    field: 'baseUrl',
  });
  assert.throws(() => openai({ baseUrl: 'ftp://x', model: 'm' }), { field: 'baseUrl' });
  assert.throws(() => openai({ baseUrl: 'http://x', model: '' }), { field: 'model' });
  await at(await endpoint(), {}, async (judge) => {
    const lost = openai({ baseUrl: `${judge.identity.url}/nowhere`, model: 'm' });
    await assert.rejects(createAttune().score([row(1)], { judge: lost }), { code: 'endpoint' });
  });
});

test('answers are kept: a second run asks nothing', async () => {
  const server = await endpoint();
  const cache = () => fileCache(join(folder, 'twice.calls.jsonl'));
  await at(server, {}, async (judge) => {
    const attune = createAttune();
    const first = await attune.score(rows(20), { judge, cache: cache() });
    const asked = server.requests.length;
    assert.equal(asked, 80);
    const run = attune.scoreBatch(rows(20), { judge, cache: cache() });
    assert.deepEqual(await collect(run), first);
    assert.equal(server.requests.length, asked);
    assert.equal(run.summary.calls.kept, 80);
    // Another temperature is another question.
    const warmer = openai({ baseUrl: server.url, model: 'test', temperature: 1 });
    await attune.score(rows(1), { judge: warmer, cache: cache() });
    assert.equal(server.requests.length, asked + 4);
  });
});

test('a cut last line of the file of answers is asked for again', async () => {
  const path = join(folder, 'cut.calls.jsonl');
  const server = await endpoint();
  await at(server, {}, async (judge) => {
    const attune = createAttune();
    const first = await attune.score(rows(3), { judge, cache: fileCache(path) });
    const { truncateSync } = await import('node:fs');
    truncateSync(path, statSync(path).size - 10);
    assert.deepEqual(await attune.score(rows(3), { judge, cache: fileCache(path) }), first);
    assert.equal(server.requests.length, 13);
  });
});

test('an abort ends calls in flight and starts no more', async () => {
  const server = await endpoint({ delay: 30 });
  await at(server, { concurrency: 4 }, async (judge) => {
    const controller = new AbortController();
    const run = createAttune().scoreBatch(rows(100), { judge, signal: controller.signal });
    await assert.rejects(
      (async () => {
        for await (const { id } of run) if (id === '5') controller.abort();
      })(),
      { name: 'AbortError' },
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    const asked = server.requests.length;
    assert.ok(asked < 80, `${asked} calls`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(server.requests.length, asked);
    assert.equal(server.open, 0);
  });
});

test('leaving the iteration ends the run', async () => {
  const server = await endpoint({ delay: 20 });
  await at(server, { concurrency: 4 }, async (judge) => {
    for await (const _ of createAttune().scoreBatch(rows(100), { judge })) break;
    await new Promise((resolve) => setTimeout(resolve, 80));
    assert.equal(server.open, 0);
    assert.ok(server.requests.length < 80);
  });
});

test('progress tells done, failed, rate and what remains', async () => {
  const seen = [];
  await at(await endpoint(), {}, (judge) =>
    createAttune().score(rows(8), { judge, onProgress: (progress) => seen.push(progress) }),
  );
  assert.deepEqual(seen.at(-1), { done: 8, total: 8 });
  const full = [];
  await at(await endpoint({ delay: 20 }), {}, async (judge) =>
    collect(
      createAttune().scoreBatch(rows(8), {
        judge,
        total: 8,
        onProgress: (progress) => full.push(progress),
      }),
    ),
  );
  assert.ok(full[3].rate > 0 && full[3].remaining > 0);
  assert.deepEqual([full.at(-1).done, full.at(-1).failed, full.at(-1).remaining], [8, 0, 0]);
});

const answers = async (messages) => perm([2, 4, 5])({ messages });

test('any function judges, and so do the engines of a page', async () => {
  const pipeline = async (messages, settings) => {
    assert.equal(settings.return_full_text, false);
    return [
      { generated_text: [...messages, { role: 'assistant', content: await answers(messages) }] },
    ];
  };
  const engine = {
    chat: {
      completions: {
        create: async ({ messages, logprobs }) => {
          assert.equal(logprobs, true);
          const content = await answers(messages);
          return {
            choices: [{ message: { content } }],
            usage: { prompt_tokens: 9, completion_tokens: 3 },
          };
        },
      },
    },
  };
  let sessions = 0;
  const languageModel = {
    availability: async () => 'available',
    create: async ({ initialPrompts: [system] }) => {
      sessions += 1;
      return {
        prompt: async (text) => answers([system, { role: 'user', content: text }]),
        destroy: () => {
          sessions -= 1;
        },
      };
    },
  };
  const judges = {
    chat: chat({ complete: answers }),
    transformers: transformers(pipeline),
    webllm: webllm(engine),
    'prompt-api': promptApi({ languageModel }),
  };
  for (const [name, judge] of Object.entries(judges)) {
    const run = createAttune().scoreBatch([row(1)], { judge });
    const [scored] = await collect(run);
    assert.ok(Math.abs(scored.reward - (12 / 19 - 0.12)) < 1e-12, name);
    assert.equal(scored.judge.name, name);
    if (name === 'webllm') assert.equal(run.summary.calls.promptTokens, 36);
  }
  assert.equal(sessions, 0, 'every session is closed');
});

test('a function that fails costs its row; one that returns nonsense ends the run', async () => {
  const failing = chat({
    complete: async () => {
      throw new Error('out of memory');
    },
  });
  const [scored] = await createAttune().score([row(1)], { judge: failing });
  assert.deepEqual(scored.error, {
    code: 'judge-call',
    field: 'resonation',
    problem: 'the judge failed (out of memory)',
  });
  const nonsense = chat({ complete: async () => 42 });
  await assert.rejects(createAttune().score([row(1)], { judge: nonsense }), { code: 'type' });
});

test('a panel joins judges, the built-in one among them, and tells their disagreement', async () => {
  const low = chat({ complete: (messages) => perm([2, 2, 2], 40)({ messages }), name: 'low' });
  const high = chat({ complete: (messages) => perm([4, 4, 4], 80)({ messages }), name: 'high' });
  const attune = createAttune();
  const [mean] = await attune.score([row(1)], { judge: panel([low, high]) });
  assert.deepEqual([mean.reception.score, mean.bystander.total], [3, 60]);
  assert.ok(Math.abs(mean.reception.disagreement - Math.SQRT2) < 1e-12);
  assert.deepEqual(mean.reception.distribution, [0, 0.5, 0, 0.5, 0]);
  const [median] = await attune.score([row(1)], {
    judge: panel([low, low, high], { join: 'median' }),
  });
  assert.equal(median.reception.score, 2);
  const [own] = await attune.score([row(1)]);
  const [mixed] = await attune.score([row(1)], { judge: panel([builtin(), high]) });
  assert.ok(Math.abs(mixed.expression.score - (own.expression.score + 4) / 2) < 1e-12);
  assert.deepEqual(
    mixed.judge.members.map(({ name }) => name),
    ['builtin', 'high'],
  );
  assert.throws(() => panel([low]), { field: 'judges' });
});

test('pairs are judged in both orders; a judge that likes what comes first is found out', async () => {
  const attune = createAttune();
  const pair = {
    a: row('a', WARM),
    b: row('b', 'Dogs die. You should simply get over it and buy another one, like everyone does.'),
  };
  const first = chat({ complete: async () => 'Reason: first.\nChoice: A' });
  const biased = await attune.compare(pair, { judge: first });
  assert.deepEqual(
    [biased.verdicts[0].winner, biased.verdicts[0].orders, biased.flipRate],
    ['tie', ['a', 'b'], 1],
  );
  const strict = await attune.compare(pair, { judge: first, onFlip: 'undecided' });
  assert.equal(strict.wins.undecided, 1);
  const fair = chat({
    complete: async ([, { content }]) =>
      content.indexOf('every morning') < content.indexOf('Dogs die') ? 'Choice: A' : 'Choice: B',
  });
  const sound = await attune.compare([pair, { a: pair.b, b: pair.a }], { judge: fair });
  assert.deepEqual([sound.wins, sound.flipRate], [{ a: 1, b: 1, ties: 0, undecided: 0 }, 0]);
  const own = await attune.compare(pair);
  assert.deepEqual([own.verdicts[0].winner, own.flipRate], ['a', 0]);
  const tie = await attune.compare(pair, { judge: builtin({ margin: 2 }) });
  assert.equal(tie.wins.ties, 1);
});

test('the best of several replies, and none for another query', async () => {
  const attune = createAttune();
  const candidates = [
    row('cold', 'You should simply get over it and buy another one, like everyone does.'),
    row('warm', WARM),
  ];
  const { best, order, scored } = await attune.bestOf(candidates);
  assert.deepEqual([best, order, scored.length], [1, [1, 0], 2]);
  await assert.rejects(attune.bestOf([...candidates, { ...row('x'), query: 'Other' }]), {
    code: 'mismatch',
  });
});

test('lengths are counted by the tokenizer that is named', async () => {
  const judge = chat({ complete: answers });
  const score = async (options) => (await createAttune().score([row(1)], { judge, ...options }))[0];
  const own = await score({});
  assert.deepEqual([own.judge.tokenizer, own.tokens > 5], ['attune', true]);
  const words = await score({
    tokenizer: { name: 'words', count: (text) => text.split(' ').length * 100 },
  });
  assert.deepEqual([words.tokens, words.judge.tokenizer], [800, 'words']);
  assert.ok(Math.abs(words.penalties.length + 0.032) < 1e-12);
  const path = new URL('../../data/builtin/tokenizer.json', import.meta.url);
  const file = { name: 'tokenizer.json', bytes: new Uint8Array(readFileSync(path)) };
  assert.equal((await score({ tokenizer: { name: 'mine', file } })).tokens, own.tokens);
  const given = await createAttune().score([{ ...row(1), tokens: 769 }], { judge });
  assert.ok(Math.abs(given[0].penalties.length + 0.001) < 1e-12);
});
