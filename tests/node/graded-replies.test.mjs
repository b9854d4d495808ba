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
const PERSPECTIVES = ['resonation', 'expression', 'reception'];

test('every graded reply is a row that can be scored, with grades on their scales', async () => {
  const all = [...first, ...more];
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  const scored = await createAttune().score(all.map(({ grades, ...row }) => row));
  assert.equal(scored.length, all.length);
  for (const { id, grades } of all) {
    assert.ok(grades.length >= 1 && grades.length <= 2, id);
    for (const { bystander, ...levels } of grades) {
      for (const name of PERSPECTIVES) assert.ok([1, 2, 3, 4, 5].includes(levels[name]), id);
      assert.equal(Object.keys(bystander).length, 5);
      for (const score of Object.values(bystander)) {
        assert.ok(Number.isInteger(score) && score >= 0 && score <= 20, id);
      }
    }
  }
});

test('no scenario stands in two splits, nor in both files; kinds and levels are well filled', () => {
  const splits = new Map(first.map(({ group }) => [group, 'first']));
  for (const { group, split } of more) {
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

test('pairs have two sides, of which one is better', () => {
  const pairs = rows('more/pairs.jsonl');
  assert.equal(new Set(pairs.map(({ id }) => id)).size, pairs.length);
  for (const { id, type, better, responses, response, users } of pairs) {
    assert.ok(better === 0 || better === 1, id);
    const sides = type === 'minimal' ? responses : users;
    assert.equal(sides.length, 2, id);
    assert.equal(typeof response, type === 'minimal' ? 'undefined' : 'string', id);
  }
  assert.ok(pairs.filter(({ type }) => type === 'contrast').length >= 60);
});
