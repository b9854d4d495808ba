import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'attune-cli-'));
after(() => rmSync(folder, { recursive: true }));

function attune(...parameters) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'pkg/cli/attune.js'), ...parameters],
    { cwd: folder, encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

function file(name, content) {
  writeFileSync(join(folder, name), content);
  return name;
}

const lines = (text) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const REPLY = '{"id":"1","query":"My dog died.","response":"Oh no. What was he like?"}\n';

test('npx attune works in the repository', () => {
  const { status, stdout } = spawnSync('npx', ['--no-install', 'attune', '--version'], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.deepEqual(
    [status, stdout.trim()],
    [0, JSON.parse(readFileSync(join(root, 'package.json'))).version],
  );
});

test('score prints a row a reply', () => {
  const { status, stdout, stderr } = attune('score', file('r.jsonl', REPLY));
  assert.equal(status, 0, stderr);
  const [scored] = lines(stdout);
  assert.deepEqual(Object.keys(scored).sort(), [
    'bystander',
    'empathy',
    'expression',
    'id',
    'imputed',
    'interval',
    'judge',
    'penalties',
    'reception',
    'resonation',
    'reward',
    'tokens',
  ]);
  const sum = scored.resonation.distribution.reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(sum - 1) < 1e-9);
  const { empathy, penalties, reward } = scored;
  assert.ok(Math.abs(empathy + penalties.bystander + penalties.length - reward) < 1e-12);
});

test('score --level sets the level of the intervals; a text in no known language is named', () => {
  const odd = {
    id: '2',
    query: 'My dog died.',
    response: 'Es tut mir wirklich leid um deinen alten Hund.',
  };
  const rows = file('level.jsonl', `${REPLY}${JSON.stringify(odd)}\n`);
  const at = (...level) => {
    const { status, stdout, stderr } = attune('score', rows, ...level);
    assert.equal(status, 0, stderr);
    return lines(stdout);
  };
  const [plain, foreign] = at();
  const [wide] = at('--level', '0.95');
  assert.deepEqual([plain.interval.level, wide.interval.level], [0.9, 0.95]);
  const { reward } = plain.interval;
  assert.ok(reward[0] < plain.reward && plain.reward < reward[1]);
  assert.ok(wide.interval.reward[0] < reward[0] && reward[1] < wide.interval.reward[1]);
  assert.equal(plain.outOfDomain, undefined);
  assert.ok(foreign.outOfDomain.some(({ code }) => code === 'language'));
  assert.deepEqual(foreign.interval.expression, [1, 5]);
  const refused = attune('score', rows, '--level', '2');
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /level/);
});

test('score --out writes the file whole', () => {
  const { status, stdout } = attune('score', file('r.jsonl', REPLY), '--out', 'scored.jsonl');
  assert.deepEqual([status, stdout], [0, '']);
  assert.equal(lines(readFileSync(join(folder, 'scored.jsonl'), 'utf8'))[0].id, '1');
});

test('bad input exits with 1, names the place, writes nothing', () => {
  const before = readdirSync(folder).length;
  const bad = file('bad.jsonl', `${REPLY}{"id":"2","query":"q"}\n`);
  const { status, stdout, stderr } = attune('score', bad, '--out', 'never.jsonl');
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(stderr, /^attune: bad\.jsonl:2: field "response": .*absent\. Add "response"\.\n$/);
  assert.ok(!existsSync(join(folder, 'never.jsonl')));
  assert.equal(readdirSync(folder).length, before + 1);
  assert.equal(attune('score', 'no-such-file.jsonl').status, 1);
  assert.match(attune('score', 'no-such-file.jsonl').stderr, /no-such-file\.jsonl.*ENOENT/);
  assert.equal(attune('score', file('empty.jsonl', '')).status, 1);
  assert.match(
    attune('score', file('utf8.jsonl', Buffer.from([0x7b, 0xff]))).stderr,
    /utf8\.jsonl:1: .*UTF-8/,
  );
});

test('a wrong command line exits with 2', () => {
  file('r.jsonl', REPLY);
  for (const parameters of [
    [],
    ['dance'],
    ['score'],
    ['score', 'r.jsonl', '--judge', 'oracle'],
    ['recall', '--scores', 'x'],
    ['recall', '--scores', 'x', '--exposed', 'y', '--k', '0'],
    ['recall', '--scores', 'x', '--exposed', 'y', '--scheme', 'magic'],
    ['memory', 'search', '--memories', 'r.jsonl', '--query', 'x', '--k', 'many'],
  ]) {
    const { status, stdout, stderr } = attune(...parameters);
    assert.deepEqual([status, stdout], [2, ''], parameters.join(' '));
    assert.notEqual(stderr, '');
  }
  assert.equal(attune('--help').status, 0);
});

test('embed gives unit vectors', () => {
  const { stdout } = attune('embed', file('t.jsonl', '{"id":"a","text":"hello there"}\n'));
  const [{ id, vector }] = lines(stdout);
  assert.equal(id, 'a');
  assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-5);
});

test('memory search ranks', () => {
  const memories = file(
    'm.jsonl',
    '{"id":"tea","text":"She drinks tea at night."}\n{"id":"job","text":"She lost her job in May."}\n',
  );
  const { stdout } = attune(
    'memory',
    'search',
    '--memories',
    memories,
    '--query',
    'fired from work',
    '--k',
    '1',
  );
  assert.deepEqual(
    lines(stdout).map(({ id, rank }) => [id, rank]),
    [['job', 1]],
  );
});

test('recall reads CSV and .npy alike', () => {
  const exposed = file('e.csv', 'user,item,label\n0,1,1\n0,2,0\n1,0,1\n1,2,1\n');
  const values = [0.9, 0.8, 0.7, 0.1, 0.2, 0.3];
  const cells = values.map((score, at) => `${Math.floor(at / 3)},${at % 3},${score}`);
  const csv = file('s.csv', `user,item,score\n${cells.join('\n')}\n`);
  const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117);
  const npy = file(
    's.npy',
    Buffer.concat([
      Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
      Buffer.from([118, 0]),
      Buffer.from(`${header}\n`),
      Buffer.from(new Float64Array(values).buffer),
    ]),
  );
  const figures = (scores) => {
    const { status, stdout, stderr } = attune(
      'recall',
      '--scores',
      scores,
      '--exposed',
      exposed,
      '--k',
      '1,2',
      '--scheme',
      'ure,traditional',
      '--no-positives',
      'zero',
      '--json',
    );
    assert.equal(status, 0, stderr);
    const report = JSON.parse(stdout);
    assert.equal(report.settings.noPositives, 'zero');
    assert.match(report.inputHashes.join(), /^[0-9a-f]{64},[0-9a-f]{64}$/);
    return report.systems[0].results;
  };
  assert.deepEqual(figures(csv), figures(npy));
  const ure = figures(csv).find((r) => r.scheme === 'ure' && r.average === 'macro' && r.k === 2);
  assert.equal(ure.estimate, 0.75);
});

test('aggregate turns judges\u2019 texts into rewards; a failed row exits with 1 and loses nothing', () => {
  const perm = (id, score) => ({
    id,
    resonation: score,
    expression: 'Score: 4',
    reception: 'Score: 5',
    bystander: 'Total Score: 76 / 100',
  });
  const text = [perm('a', 'Score: 2'), perm('b', 'no idea')].map((row) => JSON.stringify(row));
  const input = file('judgements.jsonl', text.join('\n'));
  const strict = attune('aggregate', input, '--format', 'perm');
  assert.equal(strict.status, 1);
  const [a, b] = lines(strict.stdout);
  assert.ok(Math.abs(a.reward - (12 / 19 - 0.12)) < 1e-12);
  assert.deepEqual([b.id, b.error.field], ['b', 'resonation']);
  assert.match(strict.stderr, /1 of 2 rows failed/);
  const filled = attune('aggregate', input, '--on-parse-failure', 'authors');
  assert.equal(filled.status, 0);
  assert.deepEqual(lines(filled.stdout)[1].imputed, ['resonation']);
  const fewer = attune('aggregate', input, '--on-parse-failure', 'drop');
  assert.deepEqual([fewer.status, lines(fewer.stdout).length], [0, 1]);
  assert.match(fewer.stderr, /1 rows? left out: b/);
});

test('--out follows a link and writes into a pipe', () => {
  file('r.jsonl', REPLY);
  file('real.jsonl', 'old');
  symlinkSync('real.jsonl', join(folder, 'link.jsonl'));
  assert.equal(attune('score', 'r.jsonl', '--out', 'link.jsonl').status, 0);
  assert.ok(lstatSync(join(folder, 'link.jsonl')).isSymbolicLink());
  assert.equal(lines(readFileSync(join(folder, 'real.jsonl'), 'utf8')).length, 1);
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = spawn('cat', [pipe], { stdio: ['ignore', 'pipe', 'ignore'] });
  assert.equal(attune('score', 'r.jsonl', '--out', 'pipe').status, 0);
  assert.ok(statSync(pipe).isFIFO());
  reader.kill();
  const { status, stderr } = attune('score', 'r.jsonl', '--out', 'no/such/folder.jsonl');
  assert.equal(status, 1);
  assert.match(stderr, /folder\.jsonl: cannot be written \(ENOENT\)/);
});

test('a reader that stops early ends the command quietly', () => {
  file(
    'many.jsonl',
    Array.from({ length: 2000 }, (_, at) => `{"id":"${at}","text":"a b c"}`).join('\n'),
  );
  const command = `${process.execPath} ${join(root, 'pkg/cli/attune.js')} embed many.jsonl | head -c 10`;
  const { stderr } = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
  assert.equal(stderr, '');
});

test('recall compares recommenders, with the same figures for the same seed', () => {
  const users = Array.from({ length: 30 }, (_, at) => `u${at}`);
  const scores = (liked) =>
    `user,item,score\n${users
      .flatMap((user, at) => ['a', 'b', 'c'].map((item) => `${user},${item},${liked(item, at)}`))
      .join('\n')}\n`;
  file(
    'good.csv',
    scores((item) => (item === 'a' ? 1 : item === 'b' ? 0.5 : 0)),
  );
  file(
    'poor.csv',
    scores((item, at) => (item === 'a' ? at % 2 : item === 'b' ? 0.5 : 0.2)),
  );
  file('shown.csv', `user,item,label\n${users.map((user) => `${user},a,1`).join('\n')}\n`);
  const given = ['recall', '--json', '--scores', 'good.csv', '--exposed', 'shown.csv', '--k', '1'];
  const { status, stdout, stderr } = attune(...given, '--compare', 'poor.csv');
  assert.equal(status, 0, stderr);
  const { systems, comparisons, settings } = JSON.parse(stdout);
  assert.deepEqual(
    systems.map(({ name }) => name),
    ['good.csv', 'poor.csv'],
  );
  const ure = comparisons.find(({ scheme }) => scheme === 'ure');
  assert.equal(ure.difference, 0.5);
  assert.ok(ure.ci[0] > 0.2 && ure.ci[1] < 0.8 && ure.p < 0.01 && ure.pHolm === ure.p);
  assert.deepEqual([settings.seed, settings.resamples], [7, 2000]);
  assert.equal(attune(...given, '--compare', 'poor.csv').stdout, stdout);
  assert.equal(attune(...given, '--resamples', '5').status, 2);
  file('other.csv', scores(() => 1).replaceAll(',c,', ',d,'));
  const other = attune(...given, '--compare', 'other.csv');
  assert.equal(other.status, 1);
  assert.match(other.stderr, /other\.csv.*no scores of item "c"/);
});

test('recall: shards merge to the figures of one run; factors, masks, a table', () => {
  const npy = (rows, columns, values) => {
    const shape = columns === undefined ? `(${rows},)` : `(${rows}, ${columns})`;
    const header = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117);
    return Buffer.concat([
      Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
      Buffer.from([118, 0]),
      Buffer.from(`${header}\n`),
      Buffer.from(new Float32Array(values).buffer),
    ]);
  };
  const USERS = 40;
  const ITEMS = 23;
  const draw = (a, b) => Math.abs(Math.sin(a * 127.1 + b * 311.7) * 43758.5453) % 1;
  const of = (count, columns, salt) =>
    Array.from({ length: count * columns }, (_, at) => draw(at, salt) - 0.5);
  const [u, v, b] = [of(USERS, 5, 1), of(ITEMS, 5, 2), of(ITEMS, 1, 3)];
  file('U.npy', npy(USERS, 5, u));
  file('V.npy', npy(ITEMS, 5, v));
  file('b.npy', npy(ITEMS, undefined, b));
  const dot = (user, item) =>
    b[item] + [0, 1, 2, 3, 4].reduce((sum, d) => sum + u[user * 5 + d] * v[item * 5 + d], 0);
  const users = Array.from({ length: USERS }, (_, user) => user);
  const pairs = (user) => Array.from({ length: ITEMS }, (_, item) => [user, item]);
  const table = (name, header, rows) => file(name, `${header}\n${rows.join('\n')}\n`);
  const scores = users.flatMap(pairs).map(([user, item]) => `${user},${item},${dot(user, item)}`);
  table('dots.csv', 'user,item,score', scores);
  const shown = (some) =>
    some
      .flatMap(pairs)
      .filter(([user, item]) => draw(user + 99, item) < 0.3)
      .map(([user, item]) => `${user},${item},${draw(user, item + 99) < 0.4 ? 1 : 0}`);
  table('all.csv', 'user,item,label', shown(users));
  table('mask.csv', 'user,item', ['0,1', '1,2', '3,4', '7,9']);
  const factors = ['--user-factors', 'U.npy', '--item-factors', 'V.npy', '--item-bias', 'b.npy'];
  const rest = ['--mask', 'mask.csv', '--k', '1,5', '--metric', 'recall,precision,gain'];
  const run = (...given) => {
    const { status, stdout, stderr } = attune('recall', ...given);
    assert.equal(status, 0, stderr);
    return stdout;
  };
  const figures = (report) =>
    report.systems[0].results.flatMap(({ estimate, ci }) => [estimate, ...(ci ?? [])]);
  const near = (a, b) => {
    assert.equal(a.length, b.length);
    a.forEach((value, at) => {
      assert.ok(Math.abs(value - b[at]) <= 1e-12, `${value} ${b[at]}`);
    });
  };
  const whole = JSON.parse(run(...factors, ...rest, '--exposed', 'all.csv', '--json'));
  const dense = run('--scores', 'dots.csv', ...rest, '--exposed', 'all.csv', '--json');
  near(figures(whole), figures(JSON.parse(dense)));
  const shards = [0, 1, 2].map((shard) => {
    const part = users.filter((user) => user % 3 === shard);
    table(`e${shard}.csv`, 'user,item,label', shown(part));
    run(...factors, ...rest, '--exposed', `e${shard}.csv`, '--partial', '--out', `s${shard}.json`);
    return `s${shard}.json`;
  });
  const merged = JSON.parse(run('--merge', ...shards, '--json'));
  near(figures(whole), figures(merged));
  assert.deepEqual(
    whole.systems[0].results.map(({ ciTheseUsers }) => ciTheseUsers?.[0].toFixed(11)),
    merged.systems[0].results.map(({ ciTheseUsers }) => ciTheseUsers?.[0].toFixed(11)),
  );
  const text = run(...factors, ...rest, '--exposed', 'all.csv');
  assert.match(text, /scheme +average +metric +estimate/);
  assert.match(text, /traditional +macro +recall@5 .* Recall@\d/);
  const twice = attune('recall', '--merge', 's0.json', 's0.json');
  assert.equal(twice.status, 1);
  assert.match(twice.stderr, /stand in more than one shard/);
  const plan = attune(
    ...['recall', 'plan', '--users', '500', '--items', '2000', '--liked', '0.05'],
    ...['--width', '0.05', '--repetitions', '500'],
  );
  assert.equal(plan.status, 0, plan.stderr);
  assert.ok(JSON.parse(plan.stdout).exposed > 10);
});
