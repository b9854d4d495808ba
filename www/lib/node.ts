/**
 * attune in Node: the same engine, in this thread.
 *
 * @packageDocumentation
 */
import { Attune, type Heads } from './attune.js';
import { closed, Ending } from './connection.js';
import { Engine } from './engine.js';
import { nodeLoader } from './loader-node.js';
import { memoryCache } from './scoring/calls.js';
import { fileSpool } from './scoring/calls-node.js';
import type { Backend } from './types.js';
import { VERSION } from './version.js';

export * from './public.js';
export { fileCache } from './scoring/calls-node.js';

/** Settings of {@link createAttune}. */
export interface AttuneOptions {
  /** Where models compute; only the CPU in Node. */
  device?: Backend;
  /** Heads of the built-in judge in the place of its own: the bytes that `train` returns. */
  heads?: Heads;
}

/** Makes an attune; nothing is loaded before the first call. */
export function createAttune(options: AttuneOptions = {}): Attune {
  const connect = () => {
    const engine = new Engine(nodeLoader());
    const ending = new Ending();
    return {
      engine,
      callback: <F extends object>(callback: F) => callback,
      ending,
      close() {
        ending.reach(closed());
        engine.stop();
      },
    };
  };
  const host = { version: VERSION, connect, cache: memoryCache, spool: fileSpool };
  return new Attune(host, options.device ?? 'cpu', options.heads);
}
