// Makes the demo votes of the page Train: votes.csv and voted.jsonl.
//
// Four simulated raters vote on pairs of replies from data/graded-replies/replies.jsonl. They share
// one taste, which is not that of the graded set: they want few words and no questions. Who wins is
// drawn by Bradley and Terry (1952) from that taste, so that close pairs go either way.
//
//     node make_votes.mjs          # writes both files; the same seeds give the same files
import { writeFileSync } from 'node:fs';
import { RATERS, scenarios, votesOf } from '../../tests/raters.mjs';

const EACH = 125;
const SEEDS = { 'rater-1': 21, 'rater-2': 22, 'rater-3': 23, 'rater-4': 24 };

const groups = scenarios(['data/graded-replies/replies.jsonl']);
const taste = (text) => RATERS.brevity(text) / 2 + RATERS['no-questions'](text);
const cast = Object.entries(SEEDS).map(([rater, seed]) =>
  votesOf(taste, { count: EACH, seed, rater, groups }),
);

const lines = (text) => text.trim().split('\n');
const [header] = lines(cast[0].votes);
const votes = cast.flatMap((one) => lines(one.votes).slice(1));
// Each reply once, in the order of the set that they come from.
const voted = new Set(cast.flatMap(({ responses }) => lines(responses)));
const rows = groups.flat().map((row) => JSON.stringify(row));

const write = (name, all) => writeFileSync(new URL(name, import.meta.url), `${all.join('\n')}\n`);
write('votes.csv', [header, ...votes]);
write('voted.jsonl', rows.filter((row) => voted.has(row)));
