import { AttuneError } from '../error.js';
import type { KeptAnswer } from '../judges/judge.js';

/**
 * Where answers of judges are kept, so that a second run, or one that goes on after a reload or a
 * crash, asks nothing twice. A key is a hash of the question, judge, model, address, temperature
 * and trial; what is kept is the answer, never the question and never a secret.
 */
export interface CallCache {
  get(key: string): Promise<KeptAnswer | undefined>;
  /** Resolves once the answer would survive the end of the page or process. */
  put(key: string, answer: KeptAnswer): Promise<void>;
  /** Forgets everything. */
  clear(): Promise<void>;
  /** Lets go of files; the cache opens again by itself. */
  close(): Promise<void>;
}

/** Keeps answers for as long as the page or process lives. */
export function memoryCache(): CallCache {
  const answers = new Map<string, KeptAnswer>();
  return {
    get: async (key) => answers.get(key),
    async put(key, answer) {
      answers.set(key, answer);
    },
    async clear() {
      answers.clear();
    },
    async close() {},
  };
}

/** Rows set aside until the whole input has been seen, in order. */
export interface Spool {
  append(text: string): Promise<void>;
  /** What was appended, in order. */
  read(): AsyncIterable<string>;
  /** Removes it all. */
  remove(): Promise<void>;
}

/** The failure of a store, in words that say what to do. */
export function storeFailed(what: string, error: unknown, file?: string): AttuneError {
  const why = (error as NodeJS.ErrnoException).code ?? (error as Error).name ?? String(error);
  return new AttuneError(
    'storage',
    `${what} (${why})`,
    'Make room or choose another place; or give cache: false to keep nothing.',
    file === undefined ? {} : { file },
  );
}
