// Simulated raters for the tests and for data/samples/make_votes.mjs: each values one thing in a reply and little else, so that their
// taste differs from that of the graded set the built-in judge was trained on.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const words = (text) => text.match(/[\p{L}']+/gu) ?? [];
const ADVICE =
  /\b(try|call|ask|write|start|begin|make|take|check|set|book|talk to|you could|you might|you can|i'd|consider|first|then|tomorrow|today|tonight)\b/gi;

/** What each rater makes of a reply: a few units between replies that differ visibly. */
export const RATERS = {
  /** Wants to be told what to do. */
  advice: (text) => 1.5 * (text.match(ADVICE) ?? []).length,
  /** Wants few words. */
  brevity: (text) => -words(text).length / 10,
  /** Dislikes being asked. */
  'no-questions': (text) => -3.5 * (text.match(/\?/g) ?? []).length,
};

const GRADED = ['data/graded-replies/replies.jsonl', 'data/graded-replies/more/replies.jsonl'];

/** The graded replies as responses, by scenario. */
export function scenarios(files = GRADED) {
  const groups = new Map();
  for (const file of files) {
    for (const line of readFileSync(root + file, 'utf8')
      .trim()
      .split('\n')) {
      const { id, group, query, response, persona, scenario, memory, history } = JSON.parse(line);
      const row = { id, query, response, persona, scenario, memory, history };
      const key = group ?? query;
      groups.set(key, [...(groups.get(key) ?? []), row]);
    }
  }
  // Scenarios that repeat a query would connect two of them.
  return [...groups.values()].filter((rows) => new Set(rows.map((row) => row.query)).size === 1);
}

/** Numbers in [0, 1) from a seed (mulberry32). */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * `count` votes of a rater as CSV, with the responses as JSONL. Who wins is drawn by Bradley and
 * Terry from the rater's taste; replies that are nearly equal sometimes tie.
 */
export function votesOf(taste, { count = 500, seed = 1, rater = 'r1', groups = scenarios() } = {}) {
  const next = random(seed);
  const below = (n) => Math.floor(next() * n);
  const lines = ['left,right,winner,rater'];
  const seen = new Set();
  const used = new Map();
  while (lines.length <= count) {
    const rows = groups[below(groups.length)];
    const [left, right] = [rows[below(rows.length)], rows[below(rows.length)]];
    const pair = [left.id, right.id].sort().join(' ');
    if (left === right || seen.has(pair)) continue;
    seen.add(pair);
    const lead = taste(left.response) - taste(right.response);
    const tie = Math.abs(lead) < 0.3 && next() < 0.3;
    const winner = tie ? 'tie' : next() < 1 / (1 + Math.exp(-lead)) ? 'left' : 'right';
    lines.push(`${left.id},${right.id},${winner},${rater}`);
    for (const row of [left, right]) used.set(row.id, row);
  }
  const responses = [...used.values()].map((row) => JSON.stringify(row));
  return { votes: `${lines.join('\n')}\n`, responses: `${responses.join('\n')}\n` };
}
