// A consumer of the package, bundled by Vite as another site would bundle it.
import { createAttune } from 'attune';
import { compareEmbeddings, compareScores, runCorpus } from '../../corpus.mjs';

Object.assign(globalThis, { createAttune, compareEmbeddings, compareScores, runCorpus });
