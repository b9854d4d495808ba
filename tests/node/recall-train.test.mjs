import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { random } from '../raters.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'attune-recall-train-'));
after(() => rmSync(folder, { recursive: true }));

/** 60 users, 40 items, half of which each user met; a user likes every fourth item, by number. */
const rows = [];
for (let user = 0; user < 60; user += 1) {
  for (let item = 0; item < 40; item += 1) {
    if ((user * 7 + item * 3) % 2 === 0) continue;
    rows.push(`u${user},"i,${item}",${Number((user + item) % 4 === 1)}`);
  }
}
const LOG = `user,item,label\n${rows.join('\n')}\n`;
writeFileSync(join(folder, 'log.csv'), LOG);

function train(...parameters) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      ...[join(root, 'pkg/cli/attune.js'), 'recall', 'train', '--interactions', 'log.csv'],
      ...['--out-user-factors', 'U.npy', '--out-item-factors', 'V.npy', ...parameters],
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

const bytes = (name) => readFileSync(join(folder, name));

for (const model of ['itempop', 'mf', 'mf-ips', 'mf-dr', 'dns']) {
  test(`attune recall train --model ${model} writes factors, names, and the same again`, () => {
    const first = train('--model', model, '--seed', '3', '--dimensions', '4', '--json');
    assert.equal(first.status, 0, first.stderr);
    const report = JSON.parse(first.stdout);
    assert.equal(report.settings.seed, 3);
    assert.deepEqual([report.users, report.items, report.interactions], [60, 40, rows.length]);
    const [users, items] = [bytes('U.npy'), bytes('V.npy')];
    const width = model === 'itempop' ? 2 : 6;
    assert.match(users.toString('latin1', 10, 90), new RegExp(`\\(60, ${width}\\)`));
    assert.match(items.toString('latin1', 10, 90), new RegExp(`\\(40, ${width}\\)`));
    assert.equal(bytes('U.csv').toString().split('\n')[0], 'user');
    assert.match(bytes('V.csv').toString(), /^item\n"i,\d+"\n/);
    train('--model', model, '--seed', '3', '--dimensions', '4');
    assert.ok(bytes('U.npy').equals(users) && bytes('V.npy').equals(items));
  });
}

test('what was trained can be evaluated: factors know what each user likes, popularity does not', () => {
  // Four kinds of users and of items; two fifths of the pairs are shown at random, after training.
  const logs = { seen: [], shown: [] };
  const draw = random(5);
  for (let user = 0; user < 60; user += 1) {
    for (let item = 0; item < 40; item += 1) {
      const row = `u${user},i${item},${Number(user % 4 === item % 4)}`;
      logs[draw() < 0.6 ? 'seen' : 'shown'].push(row);
    }
  }
  for (const [name, rows] of Object.entries(logs)) {
    writeFileSync(join(folder, `${name}.csv`), `user,item,label\n${rows.join('\n')}\n`);
  }
  const recall = (model) => {
    const trained = train('--interactions', 'seen.csv', '--model', model, '--dimensions', '8');
    assert.equal(trained.status, 0, trained.stderr);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        ...[join(root, 'pkg/cli/attune.js'), 'recall', '--user-factors', 'U.npy'],
        ...['--item-factors', 'V.npy', '--users', 'U.csv', '--items', 'V.csv'],
        ...['--exposed', 'shown.csv', '--mask', 'seen.csv', '--k', '5', '--json'],
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    assert.equal(status, 0, stderr);
    const { results } = JSON.parse(stdout).systems[0];
    return results.find(({ scheme, average }) => scheme === 'ure' && average === 'macro').estimate;
  };
  const [factors, popularity] = [recall('mf'), recall('itempop')];
  assert.ok(factors > 0.9 && popularity < 0.6, `${factors}, ${popularity}`);
});

test('what cannot be trained says why', () => {
  const without = train('--model', 'mf-ips', '--propensity', 'naive-bayes');
  assert.equal(without.status, 1);
  assert.match(without.stderr, /naive Bayes has no random sample/);
  assert.equal(train().status, 2);
  const same = train('--model', 'mf', '--out-users', 'U.npy');
  assert.equal(same.status, 2);
  assert.match(same.stderr, /the same/);
});

test('a training can be cancelled and tells how far it is', async () => {
  const { createAttune } = await import(join(root, 'pkg/lib/node.js'));
  const attune = createAttune();
  const abort = new AbortController();
  let told = 0;
  const training = attune.trainRecommender(
    { model: 'mf', epochs: 10_000, interactions: { name: 'log.csv', text: LOG } },
    {
      signal: abort.signal,
      onProgress: ({ done, total }) => {
        told = done / total;
        abort.abort();
      },
    },
  );
  await assert.rejects(training, { name: 'AbortError' });
  assert.ok(told > 0 && told < 1);
  attune.close();
});
