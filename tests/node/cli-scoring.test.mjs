// The command's ways to score: judges, methods, criteria, datasets.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { endpoint } from '../endpoint.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'attune-scoring-'));
after(() => rmSync(folder, { recursive: true }));

const KEY = 'sk-a-secret-of-the-test';

/** Runs the command without blocking, since the endpoint answers from this process. */
function attune(...parameters) {
  const options = { cwd: folder, env: { ...process.env, ATTUNE_JUDGE_KEY: KEY } };
  return new Promise((resolve) => {
    const file = join(root, 'pkg/cli/attune.js');
    execFile(process.execPath, [file, ...parameters], options, (error, stdout, stderr) =>
      resolve({ status: error?.code ?? 0, stdout, stderr }),
    );
  });
}

function file(name, content) {
  writeFileSync(join(folder, name), content);
  return name;
}

const text = (name) => readFileSync(join(folder, name), 'utf8');
const jsonl = (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const lines = (text) => jsonl.parse(text);
jsonl.parse = (given) =>
  given
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const ROWS = [
  { id: 'a', query: 'My dog died.', response: 'Oh no. What was he like?' },
  { id: 'b', query: 'I failed again.', response: 'Just try harder.', tokens: 800 },
];

test('one reply scores differently for who wants advice and who wants to be heard', async () => {
  const rows = [
    { id: 'advice', memory: ['Wants plain practical advice, no sympathy.'] },
    { id: 'heard', memory: ['Just needs to be heard, hates advice.'] },
  ].map((row) => ({
    ...row,
    query: 'My landlord keeps my deposit and I am so tired of it.',
    response: 'Write to him today. Name a date, keep a copy, and then call the tenants’ union.',
  }));
  const input = file('wishes.jsonl', jsonl(rows));
  const { status, stdout, stderr } = await attune('score', input, '--method', 'peregrm');
  assert.equal(status, 0, stderr);
  const [advice, heard] = lines(stdout);
  assert.ok(advice.reward > heard.reward, `${advice.reward} and ${heard.reward}`);
  for (const { reception } of [advice, heard]) {
    const weights = reception.criteria.reduce((sum, { weight }) => sum + weight, 0);
    assert.ok(Math.abs(weights - 100) < 1e-9);
    assert.ok(reception.criteria.length >= 4 && reception.criteria.length <= 6);
  }
});

test('criteria are written, saved and used', async () => {
  const input = file('rows.jsonl', jsonl(ROWS));
  const written = await attune('criteria', input, '--out', 'criteria.jsonl');
  assert.deepEqual([written.status, written.stdout], [0, ''], written.stderr);
  const rows = lines(text('criteria.jsonl'));
  assert.deepEqual(
    rows.map(({ id }) => id),
    ['a', 'b'],
  );
  const parameters = ['score', input, '--method', 'peregrm', '--criteria', 'criteria.jsonl'];
  const { status, stdout, stderr } = await attune(...parameters);
  assert.equal(status, 0, stderr);
  const names = lines(stdout)[0].resonation.criteria.map(({ name }) => name);
  assert.deepEqual(
    names,
    rows[0].criteria.resonation.map(({ name }) => name),
  );

  rows[1].criteria.reception[0].weight += 5;
  file('heavy.jsonl', jsonl(rows));
  const refused = await attune(...parameters.slice(0, -1), 'heavy.jsonl');
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /heavy\.jsonl:2: .*criteria\.reception.*100/);
});

test('an endpoint judges; what it said is not asked again; the key is nowhere', async (t) => {
  const server = await endpoint({ requireKey: KEY });
  t.after(() => server.close());
  const input = file('rows.jsonl', jsonl(ROWS));
  const how = ['--judge', 'openai', '--judge-url', server.url, '--judge-model', 'm'];
  const first = await attune('score', input, ...how, '--out', 'judged.jsonl');
  assert.deepEqual([first.status, first.stdout], [0, ''], first.stderr);
  const asked = server.requests.length;
  assert.ok(asked >= 8);
  const rows = lines(text('judged.jsonl'));
  assert.deepEqual(
    rows.map(({ id, tokens }) => [id, typeof tokens]),
    [
      ['a', 'number'],
      ['b', 'number'],
    ],
  );
  assert.equal(rows[1].tokens, 800);
  assert.ok(Math.abs(rows[1].penalties.length + 0.032) < 1e-12);
  assert.equal(rows[0].judge.url, server.url);
  assert.equal(rows[0].judge.rubrics, 'attune-en 1.0.0');

  const again = await attune('score', input, ...how, '--out', 'judged.jsonl');
  assert.equal(again.status, 0, again.stderr);
  assert.equal(server.requests.length, asked, 'every answer was kept');
  assert.deepEqual(lines(text('judged.jsonl')), rows);
  assert.equal(statSync(join(folder, 'judged.jsonl.calls.jsonl')).mode & 0o077, 0);

  // Other constants ask nothing either.
  const other = await attune(
    'score',
    input,
    ...how,
    '--out',
    'judged.jsonl',
    '--aggregate',
    'mean',
  );
  assert.equal(other.status, 0, other.stderr);
  assert.equal(server.requests.length, asked);
  for (const told of [first.stderr, text('judged.jsonl'), text('judged.jsonl.calls.jsonl')]) {
    assert.ok(!told.includes(KEY));
  }
});

test('a row whose judge says nothing readable fails alone', async (t) => {
  const server = await endpoint({
    answer: ({ messages }) => {
      const asked = JSON.stringify(messages);
      if (asked.includes('I failed again.')) return 'I would rather not say.';
      return asked.includes('Total Score') ? 'Total Score: 80 / 100' : 'Reason: x\nScore: 4';
    },
  });
  t.after(() => server.close());
  const input = file('rows.jsonl', jsonl(ROWS));
  const how = ['--judge', 'openai', '--judge-url', server.url, '--judge-model', 'm', '--no-cache'];
  const { status, stdout, stderr } = await attune('score', input, ...how);
  assert.equal(status, 1);
  assert.match(stderr, /1 of 2 rows failed/);
  const [a, b] = lines(stdout);
  assert.ok(a.reward > 0.6);
  assert.equal(b.error.code, 'judge-reply');
  const filled = await attune('score', input, ...how, '--on-parse-failure', 'batch-mean');
  assert.equal(filled.status, 0, filled.stderr);
  assert.deepEqual(lines(filled.stdout)[1].imputed.sort(), [
    'bystander',
    'expression',
    'reception',
    'resonation',
  ]);
  const dropped = await attune('score', input, ...how, '--on-parse-failure', 'drop');
  assert.deepEqual([dropped.status, lines(dropped.stdout).length], [0, 1]);
  assert.match(dropped.stderr, /1 rows left out: b/);
});

test('constants that do not go together are a wrong command line', async () => {
  const input = file('rows.jsonl', jsonl(ROWS));
  for (const [parameters, told] of [
    [['score', input, '--resume'], /--out/],
    [['score', input, '--judge', 'openai'], /--judge-url/],
    [['score', input, '--judge-url', 'http://localhost'], /--judge openai/],
    [['score', input, '--trials', '2'], /trials/],
    [['score', input, '--method', 'peregrm', '--length-limit', '5'], /lengthLimit/],
    [['score', input, '--weights', '1,2'], /three numbers/],
    [
      [
        'aggregate',
        file(
          'raw.jsonl',
          '{"id":"x","resonation":"","expression":"","reception":"","bystander":""}\n',
        ),
        '--format',
        'peregrm',
        '--aggregate',
        'mean',
      ],
      /aggregate/,
    ],
  ]) {
    const { status, stdout, stderr } = await attune(...parameters);
    assert.deepEqual([status, stdout], [2, ''], `${parameters}: ${stderr}`);
    assert.match(stderr, told);
  }
});

test('aggregate takes every constant', async () => {
  const row = { id: 'x', resonation: 'Score: 3', expression: 'Score: 3', reception: 'Score: 3' };
  const input = file(
    'raw.jsonl',
    jsonl([{ ...row, bystander: 'Total Score: 80 / 100', tokens: 20 }]),
  );
  const constants = ['--bystander-weight', '1', '--length-limit', '10', '--length-rate', '0.01'];
  const { status, stdout, stderr } = await attune('aggregate', input, ...constants);
  assert.equal(status, 0, stderr);
  assert.ok(Math.abs(lines(stdout)[0].reward - (0.6 - 0.2 - 0.1)) < 1e-12);
});

const DATASET = JSON.stringify(
  [1, 2, 3, 4].map((user) => ({
    source_file: 'd.json',
    original_sid: user,
    session_id: user,
    split: user % 2 ? 'id' : 'ood',
    persona: 'A nurse.',
    extracted_memory: ['Wants plain advice.'],
    queries: [0, 1].map((at) => ({
      query_id: at,
      category: `c${at}`,
      query: `I am tired, ${at}.`,
    })),
  })),
);
const replies = (say) =>
  JSON.stringify(
    [1, 2, 3, 4].map((user) => ({
      source_file: 'd.json',
      original_sid: user,
      session_id: user,
      responses: [0, 1].map((at) => ({ query_id: at, response: say(user, at) })),
    })),
  );

test('a dataset: criteria beforehand, two systems, intervals and a comparison', async () => {
  file('d.json', DATASET);
  file(
    'warm.json',
    replies(() => 'No wonder, after such nights. What would help you rest today?'),
  );
  file(
    'cold.json',
    replies((user, at) => (user === 1 && at === 0 ? '' : 'Stop complaining.')),
  );
  const sidecar = await attune('criteria', 'd.json', '--out', 'sidecar.json');
  assert.equal(sidecar.status, 0, sidecar.stderr);
  assert.ok(existsSync(join(folder, 'sidecar.json')));
  const given = ['--dataset', 'd.json', '--predictions', 'warm.json', '--criteria', 'sidecar.json'];
  const parameters = ['evaluate', ...given, '--baseline', 'cold.json', '--resamples', '200'];
  const { status, stdout, stderr } = await attune(...parameters, '--rows', 'judged-rows.jsonl');
  assert.equal(status, 0, stderr);
  const report = JSON.parse(stdout);
  const [warm, cold] = report.systems;
  assert.deepEqual([warm.name, cold.name], ['warm', 'cold']);
  assert.equal(report.comparisons.length, 1);
  const inputs = report.inputs.find(({ name }) => name === 'cold');
  assert.deepEqual(inputs.empty, ['d.json/1/0'], JSON.stringify(inputs));
  const rows = lines(text('judged-rows.jsonl'));
  assert.equal(rows.length, 8 + 7);
  assert.equal(
    rows.filter(({ system }) => system === 'cold').some(({ id }) => id === 'd.json/1/0'),
    false,
  );
  // The same seed, the same report.
  assert.equal((await attune(...parameters)).stdout, stdout);
});

test('no result is written over its input', async () => {
  const input = file('precious.jsonl', jsonl(ROWS));
  file('precious.json', DATASET);
  for (const parameters of [
    ['score', input, '--out', input],
    ['score', input, '--out', `./${input}`],
    ['aggregate', input, '--out', input],
    ['criteria', 'precious.json', '--out', 'precious.json'],
    ['recall', '--scores', input, '--exposed', 'precious.json', '--out', 'precious.json'],
  ]) {
    const { status, stderr } = await attune(...parameters);
    assert.equal(status, 2, `${parameters}: ${stderr}`);
    assert.match(stderr, /is the input/);
  }
  assert.equal(text(input), jsonl(ROWS));
  assert.equal(text('precious.json'), DATASET);
});

test('a key that an endpoint repeats is not told, with white space or in a header', async () => {
  // It says what it was sent, as some endpoints do.
  const http = await import('node:http');
  const server = http.createServer((request, response) => {
    response.writeHead(401, { 'content-type': 'application/json' });
    const said = `The key "${request.headers.authorization} ${request.headers['x-key']}" is wrong.`;
    response.end(JSON.stringify({ error: { message: said } }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${server.address().port}/v1`;
  const { createAttune, openai } = await import('attune');
  const secrets = {
    apiKey: ' sk-trimmed-on-the-way\r',
    headers: { 'x-key': 'Bearer sk-in-a-header ' },
  };
  const judge = openai({ baseUrl, model: 'm', retries: 0, ...secrets });
  await assert.rejects(createAttune().score(ROWS, { judge }), (error) => {
    assert.match(error.message, /401.*\[redacted\]/);
    assert.doesNotMatch(error.message, /sk-/);
    return true;
  });
  server.close();
});

test('wrong judges, settings and pairs are refused in words, whoever judges', async () => {
  const { createAttune } = await import('attune');
  const attuned = createAttune();
  const [a, b] = ROWS;
  for (const [call, code] of [
    [() => attuned.score(undefined), 'type'],
    [() => attuned.score(ROWS, { judge: 'builtin' }), 'type'],
    [() => attuned.score(ROWS, { onParseFailure: 'foo' }), 'type'],
    [() => attuned.score(ROWS, { trials: 4 }), 'setting'],
    [() => attuned.score(ROWS, { method: 'peregrm', trials: 0 }), 'setting'],
    [() => attuned.compare({ a, b }), 'mismatch'],
  ]) {
    await assert.rejects(call, { name: 'AttuneError', code }, String(call));
  }
});
