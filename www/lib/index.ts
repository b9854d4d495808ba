/**
 * attune in a browser: everything heavy runs in a module worker.
 *
 * @packageDocumentation
 */
import { Attune, type Heads } from './attune.js';
import { connectWorker } from './connection-worker.js';
import { browserCache, browserSpool } from './scoring/calls-browser.js';
import type { Backend } from './types.js';
import { VERSION } from './version.js';

export * from './public.js';
export { browserCache } from './scoring/calls-browser.js';

/** Settings of {@link createAttune}. */
export interface AttuneOptions {
  /** Where models compute; the CPU by default. A device that fails is an error, never swapped. */
  device?: Backend;
  /** Heads of the built-in judge in the place of its own: the bytes that `train` returns. */
  heads?: Heads;
}

/**
 * Makes an attune; nothing is loaded before the first call.
 *
 * ```ts
 * const attune = createAttune();
 * const [scored] = await attune.score([{ id: '1', query: 'My dog died.', response: 'Oh no.' }]);
 * ```
 */
export function createAttune(options: AttuneOptions = {}): Attune {
  const host = {
    version: VERSION,
    connect: connectWorker,
    cache: browserCache,
    spool: browserSpool,
  };
  return new Attune(host, options.device ?? 'cpu', options.heads);
}
