// The graded replies are what their card says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createAttune } from 'attune';

const rows = (name) =>
  readFileSync(new URL(`../../data/graded-replies/${name}`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const first = rows('replies.jsonl');
const more = rows('more/replies.jsonl');
const PARTS = ['broad/part1', 'broad/part2', 'broad/part3', 'broad/part4', 'broad/part5'];
const broad = PARTS.flatMap((part) => rows(`${part}/replies.jsonl`));
const PERSPECTIVES = ['resonation', 'expression', 'reception'];

test('every graded reply is a row that can be scored, with grades on their scales', async () => {
  const all = [...first, ...more, ...broad];
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  const scored = await createAttune().score(all.map(({ grades, ...row }) => row));
  assert.equal(scored.length, all.length);
  for (const { id, grades } of all) {
    assert.equal(grades.length, 2, id);
    for (const { bystander, ...levels } of grades) {
      for (const name of PERSPECTIVES) assert.ok([1, 2, 3, 4, 5].includes(levels[name]), id);
      assert.equal(Object.keys(bystander).length, 5);
      for (const score of Object.values(bystander)) {
        assert.ok(Number.isInteger(score) && score >= 0 && score <= 20, id);
      }
    }
  }
});

test('no scenario stands in two splits, nor in two sets; kinds and levels are well filled', () => {
  const splits = new Map(first.map(({ group }) => [group, 'first']));
  for (const { group, split } of [...more, ...broad]) {
    assert.ok(['train', 'validation', 'test'].includes(split), group);
    assert.equal(splits.get(group) ?? split, split, group);
    splits.set(group, split);
  }
  assert.ok(splits.size >= 300);
  for (const kind of ['advice', 'self-focus', 'dismissal', 'understanding']) {
    assert.ok(more.filter((row) => row.kind === kind).length >= 300, kind);
  }
  for (const name of PERSPECTIVES) {
    for (const level of [1, 2, 3, 4, 5]) {
      const count = more.filter(({ grades }) => grades[0][name] === level).length;
      assert.ok(count >= 150, `${name} ${level}: ${count}`);
    }
  }
});

test('pairs have two sides, of which one is better; those for training are none of the test', () => {
  const contrasts = rows('contrasts/pairs.jsonl');
  const [tested, looked] = ['test', 'validation'].map((own) =>
    contrasts.filter(({ split }) => split === own),
  );
  assert.deepEqual([tested.length, looked.length], [120, 120]);
  const test = [...rows('more/pairs.jsonl'), ...tested];
  const taught = rows('contrasts/train.jsonl');
  const broad = PARTS.flatMap((part) => rows(`${part}/pairs.jsonl`));
  const others = [...broad, ...looked, ...taught];
  for (const { id, split } of others) assert.ok(['train', 'validation'].includes(split), id);
  assert.ok(taught.every(({ split }) => split === 'train'));
  const apart = (some, others) => {
    const queries = new Set(some.map(({ query }) => query));
    assert.ok(!others.some(({ query }) => queries.has(query)));
  };
  apart(test, others);
  apart(looked, [...broad, ...taught]);
  const pairs = [...test, ...others];
  assert.equal(new Set(pairs.map(({ id }) => id)).size, pairs.length);
  for (const { id, type, better, responses, response, users } of pairs) {
    assert.ok(better === 0 || better === 1, id);
    const sides = type === 'minimal' ? responses : users;
    assert.equal(sides.length, 2, id);
    assert.equal(typeof response, type === 'minimal' ? 'undefined' : 'string', id);
  }
  assert.ok(pairs.filter(({ type }) => type === 'contrast').length >= 60);
});

test('people whom a reply suits, and whom it jars: every aspect, both sides, no sentence twice', () => {
  const people = readFileSync(new URL('../../data/wishes/people.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const poles = readFileSync(new URL('../../data/lexicons/poles.txt', import.meta.url), 'utf8');
  const known = [...poles.matchAll(/^\[(\w+) [+-]\]$/gm)].map(([, name]) => name);
  const seen = new Set();
  const counts = new Map();
  for (const { aspect, pole, query, reply, suits, jars, plain } of people) {
    assert.ok(known.includes(aspect) && ['+', '-'].includes(pole), `${aspect} ${pole}`);
    assert.ok(suits.length === 3 && jars.length === 3 && query && reply, reply);
    for (const sentence of [...suits, ...jars, plain]) {
      assert.ok(sentence.trim() && !seen.has(sentence), sentence);
      seen.add(sentence);
    }
    counts.set(aspect + pole, (counts.get(aspect + pole) ?? 0) + 1);
  }
  for (const aspect of known) {
    assert.ok((counts.get(`${aspect}+`) ?? 0) >= 30, aspect);
    assert.ok(aspect === 'topic' || (counts.get(`${aspect}-`) ?? 0) >= 30, aspect);
  }
});
