import type { NamedBytes } from './connection.js';
import { type FileLike, named } from './file-like.js';
import type { RecommenderReport, RecommenderSettings } from './types.js';

/** What a recommender learns from; every setting has a default. */
export interface RecommenderInput extends Partial<RecommenderSettings> {
  /** CSV `user,item[,label][,propensity]`; without labels every row is a like. */
  interactions: FileLike;
  /** All users, one a line, in the order that factors are to have; those that occur by default. */
  users?: FileLike | undefined;
  /** The whole catalogue, one item a line, in the same way. */
  items?: FileLike | undefined;
  /** CSV with a column `label`: some pairs shown at random, for propensities by naive Bayes. */
  random?: FileLike | undefined;
}

/** A trained recommender: user u scores item i by the product of their rows, biases included. */
export interface TrainedRecommender {
  /** A NumPy `.npy` matrix [users × (d + 2)], float32. */
  userFactors: Uint8Array;
  /** A NumPy `.npy` matrix [items × (d + 2)], float32. */
  itemFactors: Uint8Array;
  /** The users of the rows. */
  users: string[];
  /** The items of the rows. */
  items: string[];
  report: RecommenderReport;
}

/** The files of {@link RecommenderInput}, read. */
export interface InteractionFiles {
  interactions: NamedBytes;
  users: NamedBytes | undefined;
  items: NamedBytes | undefined;
  random: NamedBytes | undefined;
}

/** Reads the files of `input` and tells them from its settings. */
export async function interactionFiles(
  input: RecommenderInput,
): Promise<[InteractionFiles, Partial<RecommenderSettings>]> {
  const { interactions, users, items, random, ...settings } = input;
  const optional = (file: FileLike | undefined) => file && named(file);
  const files = {
    interactions: await named(interactions),
    users: await optional(users),
    items: await optional(items),
    random: await optional(random),
  };
  return [files, settings];
}
