// A long run against a faulty endpoint, broken off and gone on with: nothing is lost, and nothing
// is asked twice but what was in flight.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { endpoint, seededFaults } from '../endpoint.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'attune-resume-'));
after(() => rmSync(folder, { recursive: true }));

const ROWS = 5000;
const CALLS = 4 * ROWS;
const CONCURRENCY = 16;
const input = join(folder, 'rows.jsonl');
writeFileSync(
  input,
  Array.from({ length: ROWS }, (_, at) => {
    const response = `I hear how tired you are. What would help on day ${at}?`;
    return `${JSON.stringify({ id: `r${at}`, query: `Day ${at} on the ward.`, response, tokens: 12 })}\n`;
  }).join(''),
);

function start(url, out, ...more) {
  const parameters = [join(root, 'pkg/cli/attune.js'), 'score', input, '--judge', 'openai'];
  parameters.push('--judge-url', url, '--judge-model', 'test', '--no-logprobs', '--out', out);
  parameters.push(
    '--concurrency',
    String(CONCURRENCY),
    '--retries',
    '8',
    '--backoff',
    '20',
    ...more,
  );
  const child = spawn(process.execPath, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
  let told = '';
  child.stderr.on('data', (piece) => {
    told += piece;
  });
  const ended = new Promise((resolve) => child.on('exit', (code) => resolve({ code, told })));
  return { child, ended };
}

const lines = (path) => readFileSync(path, 'utf8').trim().split('\n').map(JSON.parse);

test('5,000 rows with 5 % faults: each is scored once; killed and resumed, the same comes out and only calls in flight are repeated', async () => {
  const whole = await endpoint({
    faults: seededFaults({ share: 0.05, seed: 11 }),
    retryAfter: '0',
  });
  const out = join(folder, 'whole.jsonl');
  const { code, told } = await start(whole.url, out).ended;
  await whole.close();
  assert.equal(code, 0, told);
  const scored = lines(out);
  assert.deepEqual(
    scored.map(({ id }) => id),
    Array.from({ length: ROWS }, (_, at) => `r${at}`),
  );
  assert.ok(scored.every((row) => Number.isFinite(row.reward)));
  const served = whole.requests.filter(({ fault }) => !fault);
  assert.equal(served.length, CALLS, 'every call is answered once');
  const faults = whole.requests.length - CALLS;
  assert.ok(faults > 0.03 * CALLS && faults < 0.07 * CALLS, `${faults} faults`);

  // The same again, killed at a moment that differs from run to run.
  const broken = await endpoint({
    faults: seededFaults({ share: 0.05, seed: 11 }),
    retryAfter: '0',
  });
  const second = join(folder, 'second.jsonl');
  const first = start(broken.url, second);
  const moment = Math.round(CALLS * (0.1 + 0.7 * Math.random()));
  while (broken.requests.length < moment) await new Promise((resolve) => setTimeout(resolve, 5));
  first.child.kill('SIGKILL');
  await first.ended;
  assert.ok(!existsSync(second), 'no half file stands under the name of the whole');
  const before = broken.requests.length;
  const resumed = await start(broken.url, second, '--resume').ended;
  await broken.close();
  assert.equal(resumed.code, 0, resumed.told);
  const url = (text) => text.replaceAll(broken.url, whole.url);
  assert.equal(url(readFileSync(second, 'utf8')), readFileSync(out, 'utf8'));
  const times = new Map();
  for (const { key, fault } of broken.requests) {
    if (!fault) times.set(key, (times.get(key) ?? 0) + 1);
  }
  assert.equal(times.size, CALLS);
  const repeated = [...times.values()].filter((count) => count > 1);
  assert.ok(repeated.every((count) => count === 2));
  assert.ok(
    repeated.length <= CONCURRENCY,
    `killed after ${before} calls, ${repeated.length} calls were repeated`,
  );
  assert.ok(!existsSync(`${second}.part`));
});

test('another run does not go on with the part of this one', async () => {
  const server = await endpoint();
  const out = join(folder, 'other.jsonl');
  const { child, ended } = start(server.url, out);
  while (!existsSync(`${out}.part`) || statSync(`${out}.part`).size < 20_000) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  child.kill('SIGKILL');
  await ended;
  // With another constant every row is scored anew, out of the answers that are kept.
  const { code, told } = await start(server.url, out, '--resume', '--bystander-weight', '0').ended;
  await server.close();
  assert.equal(code, 0, told);
  const scored = lines(out);
  assert.equal(scored.length, ROWS);
  assert.ok(scored.every((row) => row.penalties.bystander === 0 && row.reward === row.empathy));
});
