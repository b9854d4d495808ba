import { readFileSync } from 'node:fs';

/** The parsed corpus files, by name. */
export function corpus() {
  const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
  return {
    perm: read('corpus/perm.json'),
    recall: read('corpus/recall.json'),
    'score-bad': read('corpus/score-bad.json'),
    judgements: read('corpus/judgements.json'),
    builtin: read('corpus/builtin.json'),
    embedder: read('../data/builtin/embedder.sample.json'),
  };
}
