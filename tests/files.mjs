import { readFileSync } from 'node:fs';

/** The parsed corpus files, by name. */
export function corpus() {
  const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
  return {
    perm: read('corpus/reward/perm.json'),
    recall: read('corpus/recall.json'),
    'score-bad': read('corpus/reward/score-bad.json'),
    judgements: read('corpus/reward/judgements.json'),
    criteria: read('corpus/reward/criteria.json'),
    steering: read('corpus/reward/steering.json'),
    builtin: read('corpus/builtin.json'),
    embedder: read('../data/builtin/embedder.sample.json'),
  };
}
