import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttuneError, createAttune } from 'attune';

const row = (id) => ({ id, query: 'My dog died.', response: 'Oh no. What was he like?' });

test('an aborted call rejects with AbortError, before and during', async () => {
  const attune = createAttune();
  await assert.rejects(attune.score([row('1')], { signal: AbortSignal.abort() }), {
    name: 'AbortError',
  });
  const controller = new AbortController();
  const rows = Array.from({ length: 500 }, (_, at) => row(String(at)));
  let last = 0;
  const onProgress = ({ done }) => {
    last = done;
    controller.abort();
  };
  await assert.rejects(attune.score(rows, { signal: controller.signal, onProgress }), {
    name: 'AbortError',
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(last > 0 && last < 500, `stopped after ${last}`);
});

test('progress counts up to the total', async () => {
  const seen = [];
  const rows = Array.from({ length: 40 }, (_, at) => row(String(at)));
  await createAttune().score(rows, { onProgress: (progress) => seen.push(progress) });
  assert.deepEqual(seen.at(-1), { done: 40, total: 40 });
  assert.ok(seen.length > 1);
});

test('rows from memory are checked like rows from a file', async () => {
  const attune = createAttune();
  await assert.rejects(attune.score([row('1'), row('1')]), (error) => {
    assert.ok(error instanceof AttuneError);
    assert.deepEqual([error.code, error.field], ['duplicate', 'rows[1].id']);
    return true;
  });
  await assert.rejects(attune.score([{ id: '1', query: 'q' }]), {
    name: 'AttuneError',
    code: 'missing',
    field: 'rows[0].response',
  });
  await assert.rejects(attune.score([row('1')], { lengthRate: -1 }), {
    code: 'setting',
    field: 'lengthRate',
  });
});

test('a score is the same alone and in a batch', async () => {
  const attune = createAttune();
  const rows = Array.from({ length: 37 }, (_, at) => ({
    ...row(String(at)),
    response: `Oh no. ${'He was loved. '.repeat(at % 9)}`,
  }));
  const together = await attune.score(rows);
  for (const at of [0, 8, 16, 36]) {
    const [alone] = await attune.score([rows[at]]);
    assert.ok(Math.abs(alone.reward - together[at].reward) < 1e-6);
  }
});

test('WebGPU is refused in Node, not swapped for the CPU', async () => {
  await assert.rejects(createAttune({ device: 'webgpu' }).score([row('1')]), {
    name: 'AttuneError',
    code: 'device',
  });
});

test('memory finds by meaning, with ranks and similarities', async () => {
  const attune = createAttune();
  const memory = await attune.openMemory();
  await memory.add([
    { id: 'cat', text: 'Her cat Miso sleeps on her chest.' },
    { id: 'rent', text: 'He pays too much rent and is short of money.', at: '2026-01-02' },
    { id: 'exam', text: 'She failed her chemistry exam last spring.' },
  ]);
  const hits = await memory.search('money is tight and the rent is due', { k: 2 });
  assert.deepEqual(
    hits.map(({ rank }) => rank),
    [1, 2],
  );
  assert.equal(hits[0].id, 'rent');
  assert.equal(hits[0].at, '2026-01-02');
  assert.ok(hits[0].score > hits[1].score && hits[0].score <= 1);
  const more = [
    { id: 'new', text: 'Money, rent, debts.' },
    { id: 'cat', text: 'again' },
  ];
  await assert.rejects(memory.add(more), { code: 'duplicate', field: '[1].id' });
  const [first] = await memory.search('money is tight and the rent is due');
  assert.equal(first.id, 'rent', 'nothing of a refused batch was added');
  await assert.rejects(memory.search('x', { k: 0 }), { code: 'setting', field: 'k' });
  await memory.close();
  await assert.rejects(memory.search('x'), { code: 'unknown' });
});

test('closing ends the calls in flight, and the next call opens anew', async () => {
  const attune = createAttune();
  const rows = Array.from({ length: 300 }, (_, at) => row(String(at)));
  const flying = attune.score(rows);
  setTimeout(() => attune.close(), 5);
  await assert.rejects(flying, { name: 'AttuneError', code: 'closed' });
  assert.equal((await attune.score([row('1')])).length, 1);
});

test('an error tells the whole in its message and the parts in its fields', async () => {
  const error = await createAttune()
    .readScoreRows({ name: 'r.jsonl', text: '{"id":"1","query":"q"}' })
    .catch((thrown) => thrown);
  const { code, file, line, field, problem, mend, message } = error;
  assert.deepEqual([code, file, line, field], ['missing', 'r.jsonl', 1, 'response']);
  assert.equal(message, `r.jsonl:1: field "response": ${problem}. ${mend}`);
  assert.equal(JSON.parse(JSON.stringify(error)).mend, mend);
});

test('an unknown setting or a wrong argument is an error, never ignored', async () => {
  const attune = createAttune();
  const type = { name: 'AttuneError', code: 'type' };
  await assert.rejects(attune.score([row('1')], { agregate: 'mean' }), type);
  await assert.rejects(
    attune.recall(
      { name: 's', text: 'user,item,score\nu,a,1\n' },
      { name: 'e', text: 'x' },
      { K: [3] },
    ),
    type,
  );
  await assert.rejects(attune.embed([1]), { ...type, field: '[0]' });
  await assert.rejects(attune.score({ name: 'r', content: '' }), type);
  const memory = await attune.openMemory();
  await assert.rejects(memory.add([{ id: 'a' }]), { ...type, field: '[0].text' });
  await assert.rejects(memory.search(undefined), type);
  await assert.rejects(memory.search(' '), { code: 'missing' });
  await memory.add([{ id: 'a', text: 'tea' }]);
  await assert.rejects(memory.search('tea', { k: 2 ** 32 }), { code: 'setting' });
});

test('an add that is aborted adds nothing', async () => {
  const memory = await createAttune().openMemory();
  const controller = new AbortController();
  const memories = [{ id: 'a', text: 'tea at night' }];
  const adding = memory.add(memories, {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await assert.rejects(adding, { name: 'AbortError' });
  await memory.add(memories);
  assert.equal((await memory.search('tea')).length, 1);
  await assert.rejects(memory.search('🙂'), { code: 'unknown', field: 'query' });
});

test('advantages are centred on the group', async () => {
  const [low, middle, high] = await createAttune().advantages([0.2, 0.4, 0.6]);
  assert.ok(Math.abs(high - 0.2 / 0.2001) < 1e-12 && Math.abs(low + high) < 1e-12);
  assert.ok(Math.abs(middle) < 1e-12);
  await assert.rejects(createAttune().advantages([1, Number.NaN]), { field: 'rewards[1]' });
});
