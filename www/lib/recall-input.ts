import type { LogPieces, RecommenderFiles } from './connection.js';
import { AttuneError } from './error.js';
import { type FileLike, named } from './file-like.js';
import type { Pieces } from './scoring/source.js';

/** Factors whose products are a recommender's scores: user · item plus their biases. */
export interface FactorFiles {
  /** The recommender's name in the report. */
  name: string;
  /** NumPy `.npy` [users × d] and [items × d]. */
  userFactors: FileLike;
  itemFactors: FileLike;
  /** NumPy `.npy` vectors: what each user, and each item, scores higher throughout. */
  userBias?: FileLike | undefined;
  itemBias?: FileLike | undefined;
  /** Names of the rows, one a line; by default they are called by their place from 0. */
  users?: FileLike | undefined;
  items?: FileLike | undefined;
}

/** Scores of a matrix whose rows and columns have names. */
export interface NamedScores {
  /** The recommender's name in the report. */
  name: string;
  scores: FileLike;
  /** Names of the matrix's rows and columns, one a line. */
  users?: FileLike | undefined;
  items?: FileLike | undefined;
}

/** A recommender to evaluate: a scores file, or scores or factors under a name. */
export type RecommenderLike = FileLike | FactorFiles | NamedScores;

/** A log: a file, or in Node the pieces of one, which need not fit into memory. */
export type LogFile = FileLike | Pieces;

/** The files of a recommender, read. */
export async function recommenderFiles(recommender: RecommenderLike): Promise<RecommenderFiles> {
  const files = recommender as Partial<FactorFiles & NamedScores> | null;
  if (files?.scores === undefined && files?.userFactors === undefined) {
    const scores = await named(recommender as FileLike);
    return { name: scores.name, scores };
  }
  if (files.scores === undefined && files.itemFactors === undefined) {
    const mend = 'Give both userFactors and itemFactors.';
    throw new AttuneError('missing', 'the item factors are absent', mend, { field: 'itemFactors' });
  }
  const { name = '', scores, userFactors, itemFactors, userBias, itemBias, users, items } = files;
  const given = { scores, userFactors, itemFactors, userBias, itemBias, users, items };
  const read: RecommenderFiles = { name };
  for (const [key, file] of Object.entries(given)) {
    if (file) read[key as keyof typeof given] = await named(file);
  }
  return read;
}

/** A log in pieces. */
export async function logPieces(log: LogFile): Promise<LogPieces> {
  if ('stream' in log && typeof log.stream !== 'function') {
    return { name: log.name, pieces: log.stream };
  }
  const file = log as FileLike;
  if (typeof Blob !== 'undefined' && file instanceof Blob) return { name: file.name, pieces: file };
  const { name, bytes } = await named(file);
  return { name, pieces: [bytes] };
}
