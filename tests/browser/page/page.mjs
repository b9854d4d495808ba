// A consumer of the package, bundled by Vite as another site would bundle it.
import * as attuneModule from 'attune';
import { compareEmbeddings, compareScores, runCorpus } from '../../corpus.mjs';

const { createAttune } = attuneModule;
Object.assign(globalThis, {
  attuneModule,
  createAttune,
  compareEmbeddings,
  compareScores,
  runCorpus,
});
